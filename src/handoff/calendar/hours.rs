//! Hours of a day: `08:00-18:00`, `22:00-06:00`, `00:00-24:00`.

use std::fmt;

use super::mistake::{Mistake, quoted};

/// Minutes of a day.
pub(super) const DAY: u16 = 1440;

/// Open hours that begin on a day: `[from, to)` in minutes of the clock after its midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Hours {
    /// Below 1440.
    pub(super) from: u16,
    /// Above `from`; above 1440 if the hours go on after midnight, and less than a day after that.
    pub(super) to: u16,
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Joined hours can be longer than a day: `00:00-30:00`. Rules cannot say that in one piece, but it must not look like less.
        let to = if self.to > DAY && self.to - self.from < DAY { self.to - DAY } else { self.to };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, to / 60, to % 60)
    }
}

/// The hours of one day, in order; those that adjoin are made one.
pub(super) fn parse(ranges: &[&str]) -> Result<Vec<Hours>, Mistake> {
    let mut read = Vec::with_capacity(ranges.len());
    for (at, range) in ranges.iter().enumerate() {
        read.push((hours(range).map_err(|mistake| mistake.in_range(at))?, at));
    }
    read.sort_unstable();
    let mut joined: Vec<Hours> = Vec::with_capacity(read.len());
    let mut before: Option<(Hours, usize)> = None;
    for (hours, at) in read {
        if let Some((earlier, earlier_at)) = before.filter(|(earlier, _)| hours.from < earlier.to) {
            return Err(overlap(earlier, hours).in_range(at.max(earlier_at)));
        }
        match joined.last_mut() {
            Some(last) if last.to == hours.from => last.to = hours.to,
            Some(_) | None => joined.push(hours),
        }
        before = Some((hours, at));
    }
    Ok(joined)
}

fn overlap(earlier: Hours, later: Hours) -> Mistake {
    let to = earlier.to.max(later.to);
    let has_spelling = to <= DAY || to - earlier.from < DAY;
    let help = if has_spelling { format!("write one range: `{}`", Hours { from: earlier.from, to }) } else { "let one end where the other begins".to_owned() };
    Mistake::new(format!("the hours `{earlier}` and `{later}` overlap"), help)
}

fn hours(text: &str) -> Result<Hours, Mistake> {
    let form = || {
        let help = "hours are `HH:MM-HH:MM`, each with two digits; `22:00-06:00` ends on the day after, `00:00-24:00` is the whole day";
        Mistake::new(format!("expected hours such as `08:00-18:00`, found {}", quoted(text)), help)
    };
    let (from, to) = text.trim().split_once('-').ok_or_else(form)?;
    let (from_text, to_text) = (from.trim_end(), to.trim_start());
    let (from, to) = (clock(from_text).ok_or_else(form)?, clock(to_text).ok_or_else(form)?);
    for (time, written) in [(from, from_text), (to, to_text)] {
        if time.is_none() {
            return Err(Mistake::new(format!("{} is not a time of day", quoted(written)), "times reach from `00:00` to `23:59`, and `24:00` as an end"));
        }
    }
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
    if from == DAY {
        return Err(Mistake::new(format!("the hours {} begin at `24:00`", quoted(text)), "that is `00:00` of the day after"));
    }
    if from == to {
        return Err(Mistake::new(format!("the hours {} end when they begin", quoted(text)), "`00:00-24:00` is the whole day, an empty list a closed one"));
    }
    Ok(Hours { from, to: if to < from { to + DAY } else { to } })
}

/// The minutes of `HH:MM`. Nothing if it is not of that form, `Some(None)` if there is no such time.
#[expect(clippy::option_option, reason = "the two are different mistakes")]
fn clock(text: &str) -> Option<Option<u16>> {
    let number = |digits: &str| (digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| digits.parse::<u16>().ok()).flatten();
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (number(hour)?, number(minute)?);
    let minutes = hour * 60 + minute;
    Some((minute < 60 && minutes <= DAY).then_some(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(ranges: &[&str]) -> Vec<String> {
        parse(ranges).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn hours_are_two_times_of_the_clock() {
        assert_eq!(parse(&["08:00-18:30"]).unwrap(), [Hours { from: 480, to: 1110 }]);
        assert_eq!(parse(&["22:00-06:00"]).unwrap(), [Hours { from: 1320, to: 1800 }]);
        assert_eq!(parse(&["00:00-24:00"]).unwrap(), [Hours { from: 0, to: 1440 }]);
        assert_eq!(parse(&["23:59-23:58"]).unwrap(), [Hours { from: 1439, to: 2878 }]);
        assert_eq!(parse(&[" 08:00 - 18:30 "]).unwrap(), [Hours { from: 480, to: 1110 }]);
        assert_eq!(parse(&[]).unwrap(), []);
    }

    #[test]
    fn an_end_at_midnight_is_written_either_way() {
        assert_eq!(canonical(&["18:00-00:00"]), ["18:00-24:00"]);
        assert_eq!(canonical(&["18:00-24:00"]), ["18:00-24:00"]);
    }

    #[test]
    fn hours_are_sorted_and_joined() {
        assert_eq!(canonical(&["13:00-17:00", "08:00-12:00"]), ["08:00-12:00", "13:00-17:00"]);
        assert_eq!(canonical(&["12:00-17:00", "08:00-12:00", "22:00-06:00"]), ["08:00-17:00", "22:00-06:00"]);
        assert_eq!(canonical(&["00:00-12:00", "12:00-24:00"]), ["00:00-24:00"]);
        assert_eq!(canonical(&["00:00-12:00", "12:00-06:00"]), ["00:00-30:00"]);
        assert_eq!(canonical(&["12:00-18:00", "18:00-12:00"]), ["12:00-36:00"]);
    }

    #[test]
    fn hours_that_overlap_are_a_mistake() {
        let mistake = parse(&["10:00-20:00", "08:00-12:00"]).unwrap_err();
        assert_eq!(mistake.message, "the hours `08:00-12:00` and `10:00-20:00` overlap");
        assert_eq!((mistake.help.unwrap().as_str(), mistake.range), ("write one range: `08:00-20:00`", Some(1)));
        assert_eq!(parse(&["08:00-12:00", "08:00-12:00"]).unwrap_err().range, Some(1));
        assert_eq!(parse(&["20:00-12:00", "23:00-19:00", "01:00-02:00"]).unwrap_err().range, Some(1));
        assert!(parse(&["22:00-06:00", "02:00-04:00"]).is_ok(), "the tail lies on the day after");
        assert_eq!(parse(&["00:00-24:00", "22:00-06:00"]).unwrap_err().help.unwrap(), "let one end where the other begins");
    }

    #[test]
    fn what_is_no_range_of_hours_is_named() {
        let message = |range: &str| parse(&["01:00-02:00", range]).map_err(|mistake| (mistake.message, mistake.range)).unwrap_err();
        for range in ["", "8:00-18:00", "08:00", "08-18", "08:00–18:00", "08:00-18:00-20:00", "+8:00-18:00", "08:00:00-18:00", "080:0-18:00", "é:00-18:00"] {
            assert_eq!(message(range), (format!("expected hours such as `08:00-18:00`, found `{range}`"), Some(1)));
        }
        assert_eq!(message("08:60-18:00").0, "`08:60` is not a time of day");
        assert_eq!(message("08:00-24:01").0, "`24:01` is not a time of day");
        assert_eq!(message("24:00-06:00").0, "the hours `24:00-06:00` begin at `24:00`");
        assert_eq!(message("08:00-08:00").0, "the hours `08:00-08:00` end when they begin");
        assert_eq!(message("00:00-00:00").0, "the hours `00:00-00:00` end when they begin");
    }
}
