//! The protocol revisions the demo server speaks, and what each one knows.
//! Never parses a frame and never decides which revision a request is in: the opening does that.

/// One published revision of the protocol; later ones compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Revision {
    V2024_11_05,
    V2025_03_26,
    V2025_06_18,
    V2025_11_25,
    /// The stateless one: no handshake, every request says its own revision.
    V2026_07_28,
}

impl Revision {
    /// Every revision, newest first, as `server/discover` lists them.
    pub(super) const ALL: [Self; 5] = [
        Self::V2026_07_28,
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
        Self::V2024_11_05,
    ];

    /// The newest revision that opens with a handshake.
    pub(super) const NEWEST_HANDSHAKE: Self = Self::V2025_11_25;

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|revision| revision.as_str() == text)
    }

    /// True for 2026-07-28: per-request metadata instead of a handshake.
    pub(super) fn is_stateless(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// JSON-RPC batch arrays may be received (only 2025-03-26 allows them).
    pub(super) fn has_batches(self) -> bool {
        self == Self::V2025_03_26
    }

    /// Tool `annotations`, `audio` blocks and the `message` of a progress notification.
    pub(super) fn has_tool_annotations(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// `title` on named things, structured tool output, `resource_link` blocks, `lastModified`.
    pub(super) fn has_titles(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// The capability `completions`; the method itself is older.
    pub(super) fn has_completions_capability(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// What a client knows already, when it asks how an argument may go on.
    pub(super) fn has_completion_context(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Bad tool arguments come back as a result with `isError`, not as a JSON-RPC error.
    pub(super) fn reports_bad_arguments_as_result(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// A server may ask the user something, in a form (in 2025-06-18 a plain one).
    pub(super) fn has_elicitation(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Defaults, titled choices and lists in such a form, and asking to open an address.
    pub(super) fn has_rich_elicitation(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// A client may ask for a call to be a task (only 2025-11-25; later it is an extension).
    pub(super) fn has_core_tasks(self) -> bool {
        self == Self::V2025_11_25
    }
}
