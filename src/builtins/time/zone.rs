//! Finds time zones by name.

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use crate::value::read_offset;

/// The zone of an IANA name, in any letter case, or of a fixed offset `+hh:mm`, `+hhmm`, `+hh`, `Z`. Only the bundled database is asked.
///
/// ```
/// use triggerfish::builtins::find_zone;
/// assert!(find_zone("europe/berlin").is_some() && find_zone("-03:30").is_some());
/// assert!(find_zone("Europe/Berln").is_none());
/// ```
#[must_use]
pub fn find_zone(name: &str) -> Option<TimeZone> {
    if let Some((seconds, "")) = read_offset(name) {
        return Offset::from_seconds(seconds).ok().map(Offset::to_time_zone);
    }
    // The database has a zone for machines whose zone was never set: no place, so no name that a rule can mean.
    if name.eq_ignore_ascii_case("Factory") {
        return None;
    }
    TimeZoneDatabase::bundled().get(name).ok().filter(|zone| !zone.is_unknown())
}

/// Whether the zone is UTC itself, rather than one whose clocks show the same.
pub(crate) fn is_utc(zone: &TimeZone) -> bool {
    // The names of the database that are links to `Etc/UTC`.
    const NAMES: [&str; 8] = ["UTC", "UCT", "Zulu", "Universal", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal"];
    match zone.iana_name() {
        Some(name) => NAMES.contains(&name),
        None => zone.to_fixed_offset().is_ok_and(|offset| offset == Offset::UTC),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_names_of_the_database_and_fixed_offsets() {
        for name in
            ["UTC", "utc", "Europe/Berlin", "EUROPE/BERLIN", "America/St_Johns", "EST", "Etc/GMT+5", "Z", "z", "+02:00", "-0330", "+05", "-00:00", "+23:59"]
        {
            assert!(find_zone(name).is_some(), "{name}");
        }
        let refused = [
            "",
            " ",
            "Local",
            "localtime",
            "local",
            "Factory",
            "Etc/Unknown",
            "Europe/Berlin ",
            "../UTC",
            "Nowhere",
            "EST5EDT,M3.2.0,M11.1.0",
            "<+02>-2",
            ":UTC",
            "/etc/localtime",
            "posixrules",
            "+99:00",
            "+24:00",
            "+02:60",
            "+2",
            "+02:0",
            "+02:",
            "+020",
            "+02000",
            "+02:00:00",
            "02:00",
            "+ 2:00",
            "+é2",
            "-é",
            "ZZ",
            "Z ",
            "+1é",
            "\0",
        ];
        for name in refused {
            assert!(find_zone(name).is_none(), "{name:?}");
        }
    }

    #[test]
    fn every_zone_of_the_database_is_found() {
        for name in TimeZoneDatabase::bundled().available() {
            assert_eq!(find_zone(name.as_str()).is_some(), name.as_str() != "Factory", "{name:?}");
        }
    }

    #[test]
    fn only_utc_is_utc() {
        let utc = |name: &str| is_utc(&find_zone(name).unwrap());
        assert!(utc("UTC") && utc("zulu") && utc("etc/utc") && utc("Z") && utc("+00:00"));
        assert!(!utc("Europe/London") && !utc("Africa/Abidjan") && !utc("+00:01"));
    }
}
