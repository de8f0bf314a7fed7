//! A clock in a format: `%H:%M` and the like, as `strftime` has them.
//!
//! Only the format's own text is read so, before variables are put in: a title with a `%` in it stays as it
//! is. Where a format has no clock nothing here is looked at, and nothing wakes the server for it.

use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::fmt::strtime;

use super::format::parenthesis;

/// Whether a format shows the time.
pub fn shows_time(format: &str) -> bool {
    let own = own(format);
    let mut parts = own.split("%%");
    parts.any(|part| part.contains('%') && check(format).is_ok())
}

/// Whether the times in a format can be written.
///
/// # Errors
/// Which cannot.
pub fn check(format: &str) -> Result<(), String> {
    let format = own(format);
    if !format.contains('%') {
        return Ok(());
    }
    let any = DateTime::constant(2026, 1, 2, 3, 4, 5, 0).in_tz("UTC");
    let written = any.and_then(|any| strtime::format(&format, &any));
    written.map(|_| ()).map_err(|error| error.to_string())
}

/// The format with its times written; one that cannot be written stays as it is.
pub fn write(format: &str, now: Option<&Zoned>) -> String {
    let write = |text: &str| match now.filter(|_| text.contains('%')) {
        Some(now) => strtime::format(text, now).unwrap_or_else(|_| text.to_owned()),
        None => text.to_owned(),
    };
    let pieces = pieces(format);
    let written = pieces
        .into_iter()
        .map(|(text, is_command)| match is_command {
            true => text.replace("%%", "%"),
            false => write(text),
        });
    written.collect()
}

/// The format without its shell commands.
fn own(format: &str) -> String {
    let pieces = pieces(format).into_iter();
    pieces
        .filter(|(_, is_command)| !is_command)
        .map(|(text, _)| text)
        .collect()
}

/// The parts of a format, and whether they are shell commands: in `#(date +%H)` it is `date` that writes
/// the time. Files for tmux, which writes it before, have `%%` there.
fn pieces(format: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find("#(") {
        let (before, command) = rest.split_at(at);
        let end = parenthesis(&command[2..]).map_or(command.len(), |end| end + 3);
        let (command, after) = command.split_at(end);
        pieces.extend([(before, false), (command, true)]);
        rest = after;
    }
    pieces.push((rest, false));
    pieces
}

/// Milliseconds until the next minute.
pub fn to_next_minute(now: &Zoned) -> u64 {
    let second = u64::try_from(now.second()).unwrap_or(0).min(59);
    let milli = u64::try_from(now.millisecond()).unwrap_or(0).min(999);
    60_000 - second * 1000 - milli
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i8) -> Zoned {
        DateTime::constant(2026, 1, 2, 3, 4, second, 500_000_000)
            .in_tz("UTC")
            .expect("there is UTC")
    }

    #[test]
    fn times_are_written_and_nothing_else() {
        let now = at(5);
        assert_eq!(write("#S %H:%M 100%%", Some(&now)), "#S 03:04 100%");
        assert_eq!(write("#S", Some(&now)), "#S");
        assert_eq!(write("%H", None), "%H");
        assert_eq!(write("50%, %", Some(&now)), "50%, %");
        assert!(check("%Q%q%").is_err());
        assert!(check("%H:%M %d-%b").is_ok());
        assert!(shows_time("%H:%M") && shows_time("%% %H"));
        assert!(!shows_time("100%%") && !shows_time("#S"));
        assert!(!shows_time("#(date +%H)") && check("#(date +%s%N%)").is_ok());
        let both = "%H #(date +%S (%%M)) %M";
        assert_eq!(write(both, Some(&now)), "03 #(date +%S (%M)) 04");
        assert_eq!(write(both, None), "%H #(date +%S (%M)) %M");
    }

    #[test]
    fn the_next_minute_is_at_most_one_away() {
        assert_eq!(to_next_minute(&at(59)), 500);
        assert_eq!(to_next_minute(&at(0)), 59_500);
    }
}
