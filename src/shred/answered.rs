//! Which looked-up columns had an answer.
//!
//! An id without an answer leaves its column NULL and stands in the complement. When it has got one since, the document alone would fill the column: that it
//! is NULL does not say that somebody emptied it.

/// Looked-up columns of one document's rows, in the order in which they are written: whether each holds something.
#[derive(Debug, Default)]
pub(crate) enum Answered {
    /// Every answer counts.
    #[default]
    Any,
    /// What there is, is noted.
    Noted(Vec<bool>),
    /// An answer counts where there was one when it was noted; and how many columns have been written.
    Held(Vec<bool>, usize),
}

impl Answered {
    /// From the beginning of a document.
    pub fn begin(&mut self) {
        match self {
            Answered::Any => {}
            Answered::Noted(noted) => noted.clear(),
            Answered::Held(_, written) => *written = 0,
        }
    }

    /// From now on what was noted holds.
    pub fn hold(&mut self) {
        if let Answered::Noted(noted) = self {
            *self = Answered::Held(std::mem::take(noted), 0);
        }
    }

    /// Whether the next column's answer, if it was found, counts.
    pub fn counts(&mut self, found: bool) -> bool {
        match self {
            Answered::Any => found,
            Answered::Noted(noted) => {
                noted.push(found);
                found
            }
            Answered::Held(noted, written) => {
                let held = noted.get(*written).copied().unwrap_or(true);
                *written += 1;
                found && held
            }
        }
    }
}
