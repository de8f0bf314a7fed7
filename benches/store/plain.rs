//! The yardstick: the same transaction on SQLite with nothing around it.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// Transactions a second: read a record of 250 bytes, write it, add an entry to an audit table.
pub fn rate(path: &Path, count: usize) -> f64 {
    let mut connection = Connection::open(path).expect("a database");
    connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .and_then(|()| {
            connection.execute_batch(
                "CREATE TABLE records (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
                 CREATE TABLE audit (revision INTEGER PRIMARY KEY, entry TEXT);",
            )
        })
        .expect("tables");
    let value = "x".repeat(250);
    let begin = Instant::now();
    for n in 0..count {
        step(&mut connection, &format!("task/T{n}"), &value).expect("a transaction");
    }
    count as f64 / begin.elapsed().as_secs_f64()
}

fn step(connection: &mut Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let old: Option<String> = tx
        .prepare_cached("SELECT value FROM records WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let value = old.as_deref().unwrap_or(value);
    tx.prepare_cached("INSERT OR REPLACE INTO records VALUES (?1, ?2)")?
        .execute(params![key, value])?;
    tx.prepare_cached("INSERT INTO audit (entry) VALUES (?1)")?
        .execute([value])?;
    tx.commit()
}
