//! "Did you mean": the nearest known word.

/// The candidate that a misspelt word most likely stands for.
pub(super) fn nearest<'n>(word: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        // One letter is not like another.
        .filter(|(distance, _)| *distance < word.chars().count())
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().min(word.chars().count()) / 4).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_no_strangers() {
        let names = ["department", "email_addr", "role"];
        assert_eq!(nearest("departmnt", names), Some("department"));
        assert_eq!(nearest("Department", names), Some("department"));
        assert_eq!(nearest("rolle", names), Some("role"));
        assert_eq!(nearest("salary", names), None);
        assert_eq!(nearest("nope", ["name", "OPEN"]), None);
    }
}
