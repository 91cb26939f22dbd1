//! A Markdown table: engines down, rules across.

use std::fmt;

/// Rows are there from the start, columns are added.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a row for each name.
    pub(crate) fn new(names: &[&str]) -> Table {
        Table { head: vec!["engine".to_owned()], rows: names.iter().map(|name| vec![(*name).to_owned()]).collect() }
    }

    /// Adds a column; a row that has no cell in it shows nothing there.
    pub(crate) fn add(&mut self, name: &str, cells: Vec<(usize, String)>) {
        self.head.push(name.to_owned());
        for (at, row) in self.rows.iter_mut().enumerate() {
            let cell = cells.iter().find(|(row, _)| *row == at).map(|(_, cell)| cell.clone());
            row.push(cell.unwrap_or_default());
        }
    }
}

impl fmt::Display for Table {
    /// Rows without any cell are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        writeln!(f, "{}", line(&self.head))?;
        writeln!(f, "|---|{}", "--:|".repeat(self.head.len().saturating_sub(1)))?;
        for row in self.rows.iter().filter(|row| row.iter().skip(1).any(|cell| !cell.is_empty())) {
            writeln!(f, "{}", line(row))?;
        }
        Ok(())
    }
}
