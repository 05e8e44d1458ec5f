//! ACTIONS: the one table of what a person can want. Dispatch, hints, help, which-key, palette, the names in
//! settings and the README's list of keys are all made from it; no key is handled outside it (but for letters typed
//! into a field).

/// Where an action applies. What has the focus names its scopes, innermost first; [`Scope::Global`] is always last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// Lists and documents: moving and finding.
    Move,
    /// The Servers view.
    Servers,
    /// The lists of tools, resources and prompts.
    Catalogue,
    /// A form, outside its fields.
    Form,
    /// A document made of blocks or with links in it.
    Content,
    /// What takes arguments: a list of it, or its form.
    Arguments,
    /// An array of a document that is shown as a table.
    Table,
    /// A document: a result, a message.
    Viewer,
    /// The Traffic view.
    Traffic,
    /// A request that is looked at: in Traffic, by its result, in its form.
    Request,
    /// The Logs view.
    Logs,
    /// What differs.
    Diff,
    /// What is shown of Traffic or Logs.
    Filter,
    /// The Inbox, where questions are listed.
    Inbox,
    /// A question that is looked at.
    Question,
    /// The Inbox, among tasks.
    Tasks,
    /// The Inbox, among subscriptions.
    Subscriptions,
    /// The Inbox, among requests that run.
    Running,
    /// The Sessions view.
    Sessions,
    /// The Lint view.
    Lint,
    /// A recording that is looked at.
    Replay,
    /// What a tap records that runs.
    Tap,
    /// The frames that a tap holds.
    Held,
    /// A notice above the status row.
    Notice,
}

impl Scope {
    /// All, in the order they are listed for people.
    pub const ALL: [Self; 25] = [
        Self::Global,
        Self::Move,
        Self::Servers,
        Self::Catalogue,
        Self::Form,
        Self::Content,
        Self::Arguments,
        Self::Viewer,
        Self::Table,
        Self::Traffic,
        Self::Request,
        Self::Logs,
        Self::Diff,
        Self::Filter,
        Self::Inbox,
        Self::Question,
        Self::Running,
        Self::Tasks,
        Self::Subscriptions,
        Self::Sessions,
        Self::Lint,
        Self::Replay,
        Self::Tap,
        Self::Held,
        Self::Notice,
    ];

    /// A heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Move => "Moving and finding",
            Self::Servers => "Servers",
            Self::Catalogue => "Tools, resources, prompts",
            Self::Form => "Forms",
            Self::Content => "Content blocks and links",
            Self::Arguments => "Arguments, in lists and forms",
            Self::Table => "Tables",
            Self::Viewer => "Documents",
            Self::Traffic => "Traffic",
            Self::Request => "Requests",
            Self::Logs => "Logs",
            Self::Diff => "What differs",
            Self::Filter => "Filters, in Traffic and Logs",
            Self::Inbox => "Inbox",
            Self::Question => "Inbox: questions of servers",
            Self::Running => "Inbox: requests that run",
            Self::Tasks => "Inbox: tasks",
            Self::Subscriptions => "Inbox: subscriptions",
            Self::Sessions => "Sessions",
            Self::Lint => "Lint",
            Self::Replay => "Recordings",
            Self::Tap => "Taps that run, looked at live",
            Self::Held => "Frames that a tap holds",
            Self::Notice => "Notices above the status row",
        }
    }
}

/// What must be so for an action to do anything. [`crate::tui::model::Model::why_not`] has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A server that can be started: not a recording.
    Target,
    /// A server that runs.
    Alive,
    /// A connection that works.
    Ready,
    /// A request that waits for its answer.
    Pending,
    /// A call that was made before.
    Called,
    /// More than one server.
    Servers,
    /// A search that was made before.
    Found,
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// The action.
    pub action: Action,
    /// Its name in settings, kebab-case and stable.
    pub name: &'static str,
    /// Where it applies.
    pub scope: Scope,
    /// Its default keys: each a sequence of chords separated by spaces, such as `g t`.
    pub keys: &'static [&'static str],
    /// Its words in the hint row; empty when it is not shown there.
    pub hint: &'static str,
    /// One line for help and palette.
    pub doc: &'static str,
    /// What must be so.
    pub need: Need,
    /// How to do the same without a screen; empty when that makes no sense.
    pub cli: &'static str,
}

macro_rules! actions {
    ($($scope:ident { $($action:ident $name:literal [$($key:literal),*] $hint:literal $doc:literal $need:ident $cli:literal;)+ })+) => {
        /// Something a person can want, by key, mouse or name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[doc = $doc] $action,)+)+
        }

        /// The table. Within a scope, the more useful comes first: that is the order of the hint row.
        pub const ACTIONS: &[Row] = &[$($(Row {
            action: Action::$action,
            name: $name,
            scope: Scope::$scope,
            keys: &[$($key),*],
            hint: $hint,
            doc: $doc,
            need: Need::$need,
            cli: $cli,
        },)+)+];
    };
}

actions! {
    Servers {
        OpenServer "open-server" ["Enter"] "open" "Connect if need be, and go to its tools" Nothing "mcpscope -- COMMAND";
        Connect "connect" ["c"] "connect" "Connect" Target "mcpscope list tools -- COMMAND";
        Stop "stop" ["s"] "stop" "Stop the server" Alive "";
        Doctor "doctor" ["D"] "doctor" "Find out why it does not work: each step, the cause, what to do" Target "mcpscope doctor -- COMMAND";
        OpenLogin "open-login" ["o"] "browser" "Open the page of the login in the browser" Alive "mcpscope login --url URL";
        PasteLogin "paste-login" ["p"] "paste redirect" "Paste the address that the browser ended at" Alive "mcpscope login --url URL";
        CopyLogin "copy-login" ["y y"] "copy URL" "Copy the address of the login's page" Alive "mcpscope login --url URL";
        OtherEra "other-era" ["O"] "" "Open it in the other era, beside this one" Target "mcpscope --era legacy -- COMMAND";
        MarkServer "mark-server" ["Space"] "" "Mark it: what runs on several servers runs on it" Nothing "";
        EditServer "edit-server" ["e"] "edit" "Edit its entry in its client's settings, in $VISUAL or $EDITOR" Target "mcpscope config edit NAME";
        ReadSettings "read-settings" ["g R"] "" "Read the settings of clients again" Target "mcpscope config list";
        CompareServers "compare-servers" ["="] "" "What two servers offer, each change called breaking or not: the marked ones" Servers "mcpscope diff --surface A -- COMMAND";
        TapServer "tap-server" ["t"] "" "Put a tap before it in its client's settings, or take it out" Nothing "mcpscope tap install CLIENT SERVER";
        Watch "watch" ["w"] "" "Start it again when files change, and send the last call, or the pinned one, again" Target "mcpscope call TOOL --watch GLOB -- COMMAND";
        AddServer "add-server" ["a"] "add" "Add a server by its command line or address" Nothing "mcpscope -- COMMAND";
    }
    Catalogue {
        OpenItem "open-item" ["Enter"] "open" "Go to the form, or read the resource" Nothing "mcpscope call TOOL -- COMMAND";
        RunItem "run-item" ["r"] "" "Run it with what its form holds, or read the resource" Ready "mcpscope call TOOL key=value -- COMMAND";
        RefreshList "refresh-list" ["g R"] "" "Fetch the lists again" Ready "mcpscope list tools -- COMMAND";
        Subscribe "subscribe" ["s"] "subscribe" "Be told when the resource changes, or no longer" Nothing "";
        ListChanges "list-changes" ["="] "" "What changed in the list, and when" Nothing "";
    }
    Form {
        Run "run" ["r"] "run" "Send it; ${env:X} and ${last:$.id} get values, $${ stays ${" Ready "mcpscope call TOOL key=value -- COMMAND";
        RunAsTask "run-as-task" ["t"] "" "Send it as a task (2025-11-25): the server answers at once and works on" Ready "mcpscope call TOOL key=value --task -- COMMAND";
        TypeIntoField "type" ["Enter", "i"] "type" "Type into the field, or open its list" Nothing "";
        AddAfter "add-after" ["a"] "add" "Add an item or entry after this one" Nothing "";
        AddBefore "add-before" ["A"] "" "Add an item before this one" Nothing "";
        Unset "unset" ["d"] "leave out" "Leave the member out, or delete the item" Nothing "";
        UndoEdit "undo-edit" ["u"] "undo" "Undo the last change to the form" Nothing "";
        RedoEdit "redo-edit" ["U"] "" "Make the change again that was undone" Nothing "";
        NextProblem "next-problem" ["g p"] "problem" "Next field with a problem" Nothing "";
        PreviousProblem "previous-problem" ["g P"] "" "Previous field with a problem" Nothing "";
        EditOutside "edit-outside" ["e"] "editor" "Edit all arguments in $VISUAL or $EDITOR" Nothing "mcpscope call TOOL --args JSON -- COMMAND";
        SetNull "set-null" ["0"] "null" "Make it null" Nothing "mcpscope call TOOL key:=null -- COMMAND";
        SetEmpty "set-empty" ["\""] "empty" "Make it the empty value of its type" Nothing "";
        SetDefault "set-default" ["="] "default" "Put its default back" Nothing "";
        ToggleField "toggle-field" ["Space"] "" "Tick, flip, fold, or add what is not there" Nothing "";
        NextOption "next-option" ["l", "Right"] "" "Next option or variant, one step more, or unfold" Nothing "";
        PreviousOption "previous-option" ["h", "Left"] "" "Previous option or variant, one step less, or fold" Nothing "";
        NewLine "new-line" ["O", "C-j"] "" "A new line in the text of the field, which becomes a box" Nothing "";
        Duplicate "duplicate" ["D"] "" "Duplicate the item" Nothing "";
        MoveDown "move-down" ["J"] "" "Move the item down" Nothing "";
        MoveUp "move-up" ["K"] "" "Move the item up" Nothing "";
        EditJson "edit-json" ["E"] "" "Edit the field as JSON in place" Nothing "mcpscope call TOOL --args JSON -- COMMAND";
        ChangeKey "change-key" ["c"] "" "Change the key of the entry" Nothing "";
        AddMember "add-member" ["M"] "" "Add an extra member, one that the schema does not name" Nothing "";
        RevealSecret "reveal-secret" ["v"] "" "Show the secret, or hide it" Nothing "";
        Generate "generate" ["g n"] "" "Fill in a new UUID" Nothing "";
        LoadFile "load-file" ["o"] "" "Load the field from a file, as base64 if it asks for that" Nothing "";
        FoldField "fold-field" ["z a"] "" "Fold or unfold" Nothing "";
        FoldFields "fold-fields" ["z M"] "" "Fold everything in the form" Nothing "";
        UnfoldFields "unfold-fields" ["z R"] "" "Unfold everything in the form" Nothing "";
    }
    Arguments {
        History "list-runs" ["H"] "history" "Earlier runs: look at them, fill the form from one" Nothing "";
        Presets "list-presets" ["P"] "presets" "Saved arguments: fill the form from them, delete them" Nothing "";
        SavePreset "save-preset" ["w"] "" "Save the arguments under a name" Nothing "";
        CompareRuns "compare-runs" ["g ="] "" "What the last two answers to it differ in" Nothing "mcpscope diff FILE#A FILE#B";
        RunOnAll "run-on-all" ["g b"] "" "Run it on all marked servers, and compare the answers" Servers "";
    }
    Content {
        Follow "follow-link" ["Enter"] "follow" "Read the link, or look at the block alone" Nothing "mcpscope read URI -- COMMAND";
        NextBlock "next-block" ["J"] "next block" "Next block or link" Nothing "";
        PreviousBlock "previous-block" ["K"] "" "Previous block or link" Nothing "";
    }
    Viewer {
        ToggleFold "toggle-fold" ["Space", "Enter"] "fold" "Fold or unfold" Nothing "";
        Wrap "wrap" ["w"] "wrap" "Wrap long lines, or do not" Nothing "";
        FoldAll "fold-all" ["z M"] "" "Fold everything" Nothing "";
        UnfoldAll "unfold-all" ["z R"] "unfold all" "Unfold everything" Nothing "";
        NextSibling "next-sibling" ["J"] "" "Next value on this level" Nothing "";
        PreviousSibling "previous-sibling" ["K"] "" "Previous value on this level" Nothing "";
        Parent "parent" ["H"] "" "To the enclosing value" Nothing "";
        Hex "hex" ["g h"] "" "Show text as bytes, or as text again" Nothing "";
        CopyValue "copy-value" ["y y"] "copy" "Copy the value, as the server wrote it" Nothing "";
        CopyLine "copy-line" ["y Y"] "" "Copy the value on one line" Nothing "";
        CopyText "copy-text" ["y s"] "" "Copy the text of a string" Nothing "";
        CopyKey "copy-key" ["y k"] "" "Copy its member name" Nothing "";
        CopyPath "copy-path" ["y p"] "" "Copy its JSONPath" Nothing "";
        CopyBrackets "copy-brackets" ["y b"] "" "Copy its path in brackets" Nothing "";
        CopyJq "copy-jq" ["y q"] "" "Copy its path for jq" Nothing "";
        CopyPointer "copy-pointer" ["y j"] "" "Copy its JSON Pointer" Nothing "";
        CopyAll "copy-all" ["y a"] "" "Copy the whole document" Nothing "";
        Query "query" ["\\"] "query" "Look at it through a jq filter" Nothing "";
        ShowOutside "show-outside" ["o"] "" "Show it in a pager, or by what the desktop has for it" Nothing "";
        Pipe "pipe" ["!"] "" "Through a command of yours" Nothing "";
        Write "write" ["W"] "" "Write it to a file" Nothing "";
        PrintValue "print-value" ["p y"] "" "Print the value, as the server wrote it to the normal screen, to select from" Nothing "";
        PrintLine "print-line" ["p Y"] "" "Print the value on one line to the normal screen, to select from" Nothing "";
        PrintText "print-text" ["p s"] "" "Print the text of a string to the normal screen, to select from" Nothing "";
        PrintKey "print-key" ["p k"] "" "Print its member name to the normal screen, to select from" Nothing "";
        PrintPath "print-path" ["p p"] "" "Print its JSONPath to the normal screen, to select from" Nothing "";
        PrintBrackets "print-brackets" ["p b"] "" "Print its path in brackets to the normal screen, to select from" Nothing "";
        PrintJq "print-jq" ["p q"] "" "Print its path for jq to the normal screen, to select from" Nothing "";
        PrintPointer "print-pointer" ["p j"] "" "Print its JSON Pointer to the normal screen, to select from" Nothing "";
        PrintAll "print-all" ["p a"] "" "Print the whole document to the normal screen, to select from" Nothing "";
        Table "table" ["T"] "table" "Show the array as a table" Nothing "";
        FoldLevel "fold-level" ["c"] "" "Fold this value and its siblings" Nothing "";
        FoldLevelDeep "fold-level-deep" ["C"] "" "Fold this value and its siblings, and all in them" Nothing "";
        UnfoldLevel "unfold-level" ["e"] "" "Unfold this value and its siblings" Nothing "";
        UnfoldLevelDeep "unfold-level-deep" ["E"] "" "Unfold this value and its siblings, and all in them" Nothing "";
        Level1 "fold-to-one" ["z 1"] "" "Fold all below one level" Nothing "";
        Level2 "fold-to-two" ["z 2"] "" "Fold all below two levels" Nothing "";
        Level3 "fold-to-three" ["z 3"] "" "Fold all below three levels" Nothing "";
        Level4 "fold-to-four" ["z 4"] "" "Fold all below four levels" Nothing "";
        Level5 "fold-to-five" ["z 5"] "" "Fold all below five levels" Nothing "";
        Level6 "fold-to-six" ["z 6"] "" "Fold all below six levels" Nothing "";
        Level7 "fold-to-seven" ["z 7"] "" "Fold all below seven levels" Nothing "";
        Level8 "fold-to-eight" ["z 8"] "" "Fold all below eight levels" Nothing "";
        Level9 "fold-to-nine" ["z 9"] "" "Fold all below nine levels" Nothing "";
        OtherEnd "other-end" ["%"] "" "To the other bracket, or to the last value on this level and back" Nothing "";
        LineMode "line-mode" ["M"] "" "Show a tree as the lines of valid JSON, or as data again" Nothing "";
        RowNumbers "row-numbers" ["#"] "" "Number the values of a tree, or do not" Nothing "";
        DecodeString "decode-string" ["z j"] "" "Open JSON in a string as part of the tree, or put the string back" Nothing "";
        PlaceTop "place-top" ["z t"] "" "Row to the top of the screen" Nothing "";
        PlaceBottom "place-bottom" ["z b"] "" "Row to the bottom of the screen" Nothing "";
    }
    Table {
        OpenCell "open-cell" ["Enter", "Space"] "in the tree" "Show the value of the cell in the tree" Nothing "";
        SortTable "sort-table" ["O"] "sort" "Sort by the column: ascending, descending, as it was sent" Nothing "";
        HideColumn "hide-column" ["C"] "hide" "Hide the column; T twice shows all again" Nothing "";
        CopyTable "copy-table" ["y v"] "CSV" "Copy the table as CSV, as it is shown" Nothing "";
        LeaveTable "leave-table" ["T"] "tree" "Show the array as a tree again" Nothing "";
    }
    Traffic {
        OpenRow "open-row" ["Enter"] "detail" "Look into it" Nothing "mcpscope open FILE";
        FollowTraffic "follow-traffic" ["F"] "follow" "Stay at the newest row" Nothing "";
        Resend "resend" ["r"] "resend" "Send it again" Nothing "";
        EditResend "edit-resend" ["e"] "edit" "Change it, then send it again" Nothing "";
        CompareRows "compare-rows" ["D"] "diff" "What the selected rows differ in" Nothing "mcpscope diff FILE#A FILE#B";
        SelectRow "select-row" ["Space"] "" "Select the row, or no longer" Nothing "";
        SelectRange "select-range" ["v"] "" "Select rows from here on; on the time line, a time" Nothing "";
        TimeFormat "time-format" ["t"] "" "How times are told: by the clock, since the start, the row before, a reference" Nothing "";
        TimeReference "time-reference" ["T"] "" "Count times from this row" Nothing "";
        SortRows "sort-rows" ["O"] "" "Sort: by time taken, size, status, newest; as recorded" Nothing "";
        PickColumns "pick-columns" ["C"] "" "Pick, order and add columns, also values by their path" Nothing "";
        NextWarning "next-warning" ["g w"] "" "Next row that deserves a look" Nothing "";
        PreviousWarning "previous-warning" ["g W"] "" "Previous row that deserves a look" Nothing "";
        NextMarked "next-marked" ["g m"] "" "Next marked row" Nothing "";
        PreviousMarked "previous-marked" ["g M"] "" "Previous marked row" Nothing "";
        NextSame "next-same" ["g o"] "" "Next of the same operation, or frame of the same id" Nothing "";
        PreviousSame "previous-same" ["g O"] "" "Previous of the same operation, or frame of the same id" Nothing "";
        ZoomIn "zoom-in" ["z i"] "" "Time line: closer" Nothing "";
        ZoomOut "zoom-out" ["z o"] "" "Time line: more of the time" Nothing "";
        CopyRequest "copy-request" ["y r"] "" "Copy the request, byte for byte" Nothing "";
        CopyResponse "copy-response" ["y R"] "" "Copy the response, byte for byte" Nothing "";
    }
    Request {
        PinCall "pin-call" ["g ."] "" "Pin it, or no longer: it is sent again when files change" Nothing "mcpscope call TOOL --watch GLOB -- COMMAND";
        CopyList "copy-list" ["y l"] "" "Ways to copy the request: pick one" Nothing "";
        CopyAsCli "copy-as-cli" ["y x"] "" "Copy it as a command line" Nothing "";
        CopyAsPython "copy-as-python" ["y P"] "" "Copy it as Python" Nothing "";
        CopyAsTypeScript "copy-as-typescript" ["y t"] "" "Copy it as TypeScript" Nothing "";
        CopyAsCurl "copy-as-curl" ["y c"] "" "Copy it as curl (HTTP)" Nothing "";
        CopyAsConfig "copy-as-config" ["y m"] "" "Copy its server's config entry" Nothing "";
        CopyAsMarkdown "copy-as-markdown" ["y M"] "" "Copy it as a Markdown report" Nothing "";
        PrintAsCli "print-as-cli" ["p x"] "" "Print it as a command line to the normal screen" Nothing "";
        PrintAsPython "print-as-python" ["p P"] "" "Print it as Python to the normal screen" Nothing "";
        PrintAsTypeScript "print-as-typescript" ["p t"] "" "Print it as TypeScript to the normal screen" Nothing "";
        PrintAsCurl "print-as-curl" ["p c"] "" "Print it as curl (HTTP) to the normal screen" Nothing "";
        PrintAsConfig "print-as-config" ["p m"] "" "Print its server's config entry to the normal screen" Nothing "";
        PrintAsMarkdown "print-as-markdown" ["p M"] "" "Print it as a Markdown report to the normal screen" Nothing "";
    }
    Logs {
        OpenLine "open-line" ["Enter"] "whole line" "Show the whole line" Nothing "";
        FollowLogs "follow-logs" ["F"] "follow" "Stay at the newest line" Nothing "";
        AddLogs "add-logs" ["a"] "client logs" "Look at a log that a client keeps of its servers: its lines here, frames in them in Traffic" Nothing "mcpscope logs";
        Level "level" ["L"] "level" "Raise the least level shown, then start over" Nothing "";
    }
    Diff {
        NextChange "next-change" ["n"] "next" "Next difference" Nothing "";
        PreviousChange "previous-change" ["N"] "" "Previous difference" Nothing "";
        OpenChange "open-change" ["Enter"] "look" "Into the row; both sides of what differs, or paths again" Nothing "mcpscope diff A B";
        IgnorePath "ignore-path" ["i"] "ignore" "Ignore this path from now on" Nothing "mcpscope diff A B --ignore PATH";
        IgnoreHere "ignore-here" ["T"] "" "Ignore this path from now on, in this call only: of this tool, resource or prompt" Nothing "mcpscope diff A B --ignore 'tools/call NAME PATH'";
        Unignore "unignore" ["u"] "take back" "Do not ignore the last path that was ignored" Nothing "";
        ShowIgnored "show-ignored" ["I"] "ignored" "Show what is ignored, or hide it" Nothing "";
        DiffSurface "surface" ["s"] "surface" "What the servers of two sessions offer, each change called breaking or not; or their calls again" Nothing "mcpscope diff --surface A B";
        AcceptBaseline "accept-baseline" ["a"] "accept" "Put what came in the place of the recording that was sent again" Nothing "mcpscope replay FILE --accept";
        CopyChange "copy-change" ["y y"] "" "Copy both sides of the difference" Nothing "";
        CopyChangePath "copy-change-path" ["y p"] "" "Copy its path" Nothing "";
        CopyDiffReport "copy-diff-report" ["y M"] "" "Copy all of it as a Markdown report" Nothing "mcpscope diff A B --markdown";
    }
    Filter {
        OpenFilter "filter" ["f"] "filter" "Filter the rows: by method, status, time, text and more" Nothing "";
        ClearFilter "clear-filter" ["Backspace"] "" "Show all rows again" Nothing "";
        UndoFilter "undo-filter" ["u"] "" "Back to the filter before" Nothing "";
        SaveFilter "save-filter" ["s"] "" "Keep the filter under a name" Nothing "";
        ForMethod "filter-method" ["= m"] "" "Filter for this method" Nothing "";
        ForSubject "filter-subject" ["= t"] "" "Filter for this tool, resource or prompt" Nothing "";
        ForServer "filter-server" ["= s"] "" "Filter for this server" Nothing "";
        ForStatus "filter-status" ["= r"] "" "Filter for what became of this; in Logs, for its level" Nothing "";
        NotMethod "exclude-method" ["= M"] "" "Leave out this method" Nothing "";
        NotSubject "exclude-subject" ["= T"] "" "Leave out this tool, resource or prompt" Nothing "";
        NotServer "exclude-server" ["= S"] "" "Leave out this server" Nothing "";
        NotStatus "exclude-status" ["= R"] "" "Leave out what became of this; in Logs, its level" Nothing "";
        ForValue "filter-value" ["= v"] "" "Filter for the value that is selected in the document" Nothing "";
        NotValue "exclude-value" ["= V"] "" "Leave out what has the value that is selected in the document" Nothing "";
    }
    Inbox {
        OpenQuestion "open-question" ["Enter"] "answer" "Look at what is asked, and answer it" Nothing "";
        Policies "policies" ["P"] "who answers" "Change who answers what the server asks" Nothing "";
    }
    Question {
        AcceptQuestion "accept-question" ["a a"] "accept" "Accept: send the answer as it stands" Nothing "";
        DeclineQuestion "decline-question" ["d"] "decline" "Decline: say no" Nothing "";
        CancelQuestion "cancel-question" ["c"] "cancel" "Cancel: answer that nothing was chosen" Nothing "";
        EditAnswer "edit-answer" ["e"] "edit JSON" "Edit the answer as JSON, or as fields again" Nothing "";
        OpenPage "open-page" ["g o"] "open" "Open the page in the browser" Nothing "";
        CopyAddress "copy-address" ["y u"] "" "Copy the address of the page" Nothing "";
        StubAnswer "stub-answer" ["s"] "stub" "Fill in a message that no model wrote" Nothing "";
        AnswerFile "answer-file" ["f"] "file" "Fill in the message from a file" Nothing "";
        CancelAsking "cancel-asking" ["C"] "" "Cancel the call it is asked for" Nothing "";
    }
    Running {
        ShowRunning "show-running" ["Enter"] "in traffic" "Show its row in Traffic" Nothing "";
        StopRunning "stop-running" ["c"] "cancel" "Cancel the call" Nothing "";
    }
    Tasks {
        ShowTask "show-task" ["Enter"] "result" "Show its result in Traffic, or what was told of it last" Nothing "";
        FollowTask "follow-task" ["f"] "follow" "Ask after it until it ends, also when it is from an earlier run" Nothing "";
        CancelTask "cancel-task" ["c"] "cancel" "Have the server give it up" Nothing "";
        LeaveTask "leave-task" ["d"] "leave" "Do not ask after it any more; forget one of an earlier run" Nothing "";
        ListTasks "list-tasks" ["g R"] "" "Ask the server which tasks there are (2025-11-25)" Nothing "";
    }
    Subscriptions {
        ShowSubscription "show-subscription" ["Enter"] "in traffic" "Show the newest of it in Traffic" Nothing "";
        TurnSubscription "turn-subscription" ["s"] "end" "End it, or begin it again" Nothing "";
    }
    Sessions {
        OpenSession "open-session" ["Enter"] "open" "Look at the session: every view shows what was recorded" Nothing "mcpscope open NAME";
        DiffSessions "diff-sessions" ["D"] "diff" "Compare the two selected sessions" Nothing "mcpscope diff A B";
        ReplaySession "replay-session" ["r"] "replay" "Send its requests again and compare the answers" Nothing "";
        SelectSession "select-session" ["Space"] "select" "Select it, or no longer" Nothing "";
        FilterSessions "filter-sessions" ["f"] "filter" "Filter the sessions: by tag, server, time, outcome, words and more" Nothing "mcpscope sessions list --filter FILTER";
        ExportSession "export-session" ["g x"] "export" "Write it in another format" Nothing "mcpscope export FILE -o report.html";
        EditSession "edit-session" ["e"] "name, tags" "Its name, tags and note" Nothing "mcpscope sessions name NAME TEXT";
        DeleteSession "delete-session" ["d"] "delete" "Move the session, or those selected, to the trash" Nothing "mcpscope sessions rm NAME";
        UndoDelete "undo-delete" ["u"] "undo" "Bring back what was deleted last" Nothing "mcpscope sessions restore NAME";
        NameFilter "name-filter" ["s"] "" "Keep the filter of sessions under a name" Nothing "";
        SortSessions "sort-sessions" ["O"] "sort" "Sort by date, name, size, messages or errors" Nothing "";
        KeepSession "keep-session" ["K"] "" "Keep it whatever the limits say, or no longer" Nothing "mcpscope sessions keep NAME";
        CopySession "copy-session" ["y y"] "" "Copy the path of its file" Nothing "mcpscope sessions list --json";
        ServeSession "serve-session" ["y x"] "" "Serve…: copy the command line that is this server again" Nothing "mcpscope serve NAME";
        ServeConfig "serve-config" ["y m"] "" "Serve…: copy the entry for a client's settings" Nothing "";
        ReadSessions "read-sessions" ["g R"] "" "List the sessions again" Nothing "mcpscope sessions list";
    }
    Lint {
        OpenFinding "open-finding" ["Enter"] "go there" "Show the entry that shows it, in Traffic" Nothing "mcpscope lint FILE";
        ShowSubject "show-subject" ["o"] "its tool" "To the tool, resource or prompt it is about" Nothing "";
        IgnoreFinding "ignore-finding" ["i"] "ignore" "Ignore it from now on, with a reason that is kept" Nothing "";
        ProbeServer "probe-server" ["a"] "probe" "Probe the server: what does it make of what is wrong? On connections of its own" Alive "mcpscope lint --active -- COMMAND";
        GroupFindings "group-findings" ["O"] "group" "By severity, by rule, by what it is about" Nothing "";
        ShowIgnoredFindings "show-ignored-findings" ["I"] "ignored" "Show what is ignored, or hide it" Nothing "";
        UnignoreFinding "unignore-finding" ["u"] "" "Do not ignore it any longer" Nothing "";
        CopyFinding "copy-finding" ["y y"] "copy" "Copy it: what is wrong, why, what to do" Nothing "";
        ExportFindings "export-findings" ["g x"] "" "Write the findings to a file: SARIF, JUnit, Markdown, JSON or text" Nothing "mcpscope lint FILE --sarif";
        CopyFindings "copy-findings" ["y M"] "" "Copy all that is shown as Markdown" Nothing "mcpscope lint FILE --markdown";
    }
    Replay {
        ReplayOn "replay-on" [">"] "on" "On to where the next exchange ended" Nothing "";
        ReplayBack "replay-back" ["<"] "back" "Back to where the exchange before ended" Nothing "";
        ReplayPlay "replay-play" [", p"] "" "Play it, or pause" Nothing "";
        ReplayTime "replay-time" [", t"] "" "Go to a time or an entry" Nothing "";
        ReplayHere "replay-here" [", h"] "" "Go to the selected row: views show what was true then" Nothing "";
        ReplayNextError "replay-next-error" [", e"] "" "On to what goes wrong next" Nothing "";
        ReplayPreviousError "replay-previous-error" [", E"] "" "Back to what went wrong before" Nothing "";
        ReplayNextMark "replay-next-mark" [", m"] "" "On to the next mark" Nothing "";
        ReplayPreviousMark "replay-previous-mark" [", M"] "" "Back to the mark before" Nothing "";
        ReplayNextEntry "replay-next-entry" [", j"] "" "On by one entry" Nothing "";
        ReplayPreviousEntry "replay-previous-entry" [", k"] "" "Back by one entry" Nothing "";
        ReplayStart "replay-start" [", g"] "" "To the first entry" Nothing "";
        ReplayEnd "replay-end" [", G"] "" "To the end: all of it" Nothing "";
        ReplayFaster "replay-faster" [", +"] "" "Play faster" Nothing "";
        ReplaySlower "replay-slower" [", -"] "" "Play slower" Nothing "";
        ReplayCap "replay-cap" [", c"] "" "Shorten long pauses, or do not" Nothing "";
        ReplayLeave "replay-leave" [", q"] "" "Close the recording: back to what was looked at before" Nothing "";
    }
    Held {
        ReleaseHeld "release-held" ["r"] "let go" "Let it go on, as it is or as it was changed" Nothing "mcpscope tap control release N";
        EditHeld "edit-held" ["e", "Enter"] "edit" "Change it: what is typed goes on in its place" Nothing "mcpscope tap control edit N --frame JSON";
        AnswerHeld "answer-held" ["a"] "answer" "Answer it by hand: it does not go on" Nothing "mcpscope tap control answer N JSON";
        DropHeld "drop-held" ["d"] "drop" "Do not let it go on" Nothing "mcpscope tap control drop N";
    }
    Tap {
        HoldFrames "hold-frames" ["; h"] "hold" "Hold frames: those a filter lets through, or all" Nothing "mcpscope tap control hold FILTER";
        HeldFrames "held-frames" ["; l"] "held" "The frames that are held: change, answer, drop or release them" Nothing "mcpscope tap control list";
        BreakFrames "break-frames" ["; f"] "" "Break something on purpose, as tap --fault does" Nothing "mcpscope tap control fault RULE";
        ReleaseAll "release-all" ["; r"] "" "Release all that is held, as it is" Nothing "mcpscope tap control release";
        ClearRules "clear-rules" ["; c"] "" "Take all rules away; what they hold is released" Nothing "mcpscope tap control clear";
        CompareOurs "compare-ours" ["; ="] "" "Compare the request with the newest of the same method that we sent ourselves" Nothing "mcpscope diff FILE#A FILE#B";
    }
    Notice {
        KeepWaiting "keep-waiting" ["k"] "keep waiting +60 s" "Wait a minute longer for the slow call" Nothing "mcpscope call TOOL --timeout 2min -- COMMAND";
        NoLimit "no-limit" ["K"] "no limit" "Wait for the slow call as long as it takes" Nothing "mcpscope call TOOL --timeout 1h -- COMMAND";
        GiveUp "give-up" ["c"] "cancel" "Cancel the slow call" Nothing "";
    }
    Move {
        Up "up" ["k", "Up"] "" "Up" Nothing "";
        Down "down" ["j", "Down"] "" "Down" Nothing "";
        Left "left" ["h", "Left"] "" "Out: fold, or back to the list" Nothing "";
        Right "right" ["l", "Right"] "" "In: unfold, or open" Nothing "";
        PageUp "page-up" ["PgUp", "C-u", "C-b"] "" "A screen up" Nothing "";
        PageDown "page-down" ["PgDn", "C-d", "C-f"] "" "A screen down" Nothing "";
        Top "top" ["g g", "Home"] "" "To the first" Nothing "";
        Bottom "bottom" ["G", "End"] "" "To the last" Nothing "";
        Centre "centre" ["z z"] "" "Row to the middle of the screen" Nothing "";
        Find "find" ["/"] "find" "Find text; in a list of names, filter" Nothing "";
        FindNext "find-next" ["n"] "" "Next hit" Found "";
        FindPrevious "find-previous" ["N"] "" "Previous hit" Found "";
        NextError "next-error" ["g e"] "error" "Next row that went wrong" Nothing "";
        PreviousError "previous-error" ["g E"] "" "Previous row that went wrong" Nothing "";
    }
    Global {
        CancelCall "cancel-call" ["C-c", "g c"] "cancel" "Cancel the call that runs" Pending "";
        Repeat "repeat" ["."] "repeat" "Send the last call again" Called "";
        Restart "restart" ["R"] "restart" "Stop the server and start it again" Target "";
        ViewServers "view-servers" ["1"] "" "Servers" Nothing "mcpscope";
        ViewTools "view-tools" ["2"] "" "Tools" Nothing "mcpscope list tools -- COMMAND";
        ViewResources "view-resources" ["3"] "" "Resources" Nothing "mcpscope list resources -- COMMAND";
        ViewPrompts "view-prompts" ["4"] "" "Prompts" Nothing "mcpscope list prompts -- COMMAND";
        ViewTraffic "view-traffic" ["5"] "" "Traffic" Nothing "mcpscope open FILE";
        ViewLogs "view-logs" ["6"] "" "Logs" Nothing "mcpscope open FILE";
        ViewInbox "view-inbox" ["7"] "" "Inbox: what servers ask, and what runs" Nothing "";
        ViewSessions "view-sessions" ["8"] "" "Sessions: what was recorded" Nothing "mcpscope sessions list";
        ViewLint "view-lint" ["9"] "" "Lint: what is wrong with the server, and what to do" Nothing "mcpscope lint -- COMMAND";
        LastView "last-view" ["-"] "" "The view before this one" Nothing "";
        ByHand "by-hand" ["g f"] "" "By hand: any request or frame; what calls carry" Nothing "";
        GoTraffic "go-traffic" ["g t"] "" "The same moment in Traffic" Nothing "";
        GoLogs "go-logs" ["g l"] "" "The same moment in Logs" Nothing "";
        GoCall "go-call" ["g r"] "" "The call behind this, in Traffic" Nothing "";
        GoServer "go-server" ["g s"] "" "Its server, in Servers" Nothing "";
        Export "export" ["g x"] "" "Export the session: HTML, HAR, OpenTelemetry, Markdown …" Nothing "mcpscope export FILE -o report.html";
        GoNotice "go-notice" ["g a"] "" "To the newest notice: its keys work then" Nothing "";
        Mark "mark" ["m"] "" "Mark the entry of this row with a letter, or take the mark away" Nothing "";
        GoMark "go-mark" ["'"] "" "To a marked entry by its letter; twice: back" Nothing "";
        Annotate "annotate" ["A"] "" "Write a note at the entry of this row" Nothing "";
        NextPane "next-pane" ["Tab"] "" "Next pane" Nothing "";
        PreviousPane "previous-pane" ["S-Tab"] "" "Previous pane" Nothing "";
        NextTab "next-tab" ["]"] "" "Next tab of the pane" Nothing "";
        PreviousTab "previous-tab" ["["] "" "Previous tab of the pane" Nothing "";
        NextServer "next-server" ["}"] "" "Next server" Servers "";
        PreviousServer "previous-server" ["{"] "" "Previous server" Servers "";
        PickServers "pick-servers" ["S"] "" "Which servers to look at: all in one list, one, or marked ones" Servers "";
        Zoom "zoom" ["+"] "" "The focused pane on the whole screen, and back" Nothing "";
        Back "back" ["Esc"] "" "Out one level; never quits" Nothing "";
        Close "close" ["q"] "" "Close the top thing; at the root, ask to quit" Nothing "";
        Quit "quit" ["Q"] "" "Quit: stop servers and leave" Nothing "";
        ActionLog "action-log" ["@"] "" "What was done in this run, and the command lines that do the same" Nothing "";
        ListMasks "list-masks" ["g k"] "" "What is masked in this session, and why" Nothing "mcpscope masks FILE";
        RevealMasks "reveal-masks" ["g v"] "" "Show what masks hide, or hide it again" Nothing "";
        Performance "perf" ["g i"] "" "How long the keys pressed so far took to their frames" Nothing "";
        Redraw "redraw" ["C-l"] "" "Draw the screen anew" Nothing "";
        Suspend "suspend" ["C-z"] "" "To the shell; fg comes back" Nothing "";
        Menu "actions" ["x"] "actions" "What can be done here" Nothing "";
        Palette "palette" [":"] "commands" "Find a command, tool, resource, prompt or server" Nothing "";
        Help "help" ["?"] "keys" "The keys that work here" Nothing "";
    }
}

impl Action {
    /// Its row.
    pub fn row(self) -> &'static Row {
        // The enum and the table are made from the same rows, in the same order.
        &ACTIONS[self as usize]
    }
}

#[cfg(test)]
mod tests;
