//! The client: it lends its terminal to the server and waits.
//!
//! The server reads keys from and draws to the terminal itself. What is left for this process is
//! what only it can do: know when the terminal's size changes, be sent signals, be the thing that
//! ends when the person detaches, and put the terminal back as it was, whatever happened.

pub mod abilities;
pub mod attach;
pub mod terminal;
