//! A session of the engine with the fake server, driven step by step.

use mcpscope::history::eras::Eras;
use mcpscope::inspector::{self, Command, Connect, Inspector, Update};
use mcpscope::mcp::client::{Call, EraChoice, Options};
use mcpscope::mcp::types::List;
use mcpscope::recorder::Recorder;
use mcpscope::recording::Bodies;
use mcpscope::session::timeline::{Connection, Exchange, Timeline};
use mcpscope::session::{Channel, Direction};
use mcpscope::transport::http::{self, Address};
use mcpscope::transport::stdio::StdioOptions;
use mcpscope::transport::{Spawn, Target};
use tempfile::TempDir;

use crate::support::{FAKE, LIMIT, Session};

/// The engine, the fold of what it says, and the file it writes.
pub struct Peer {
    pub timeline: Timeline,
    pub inspector: Inspector,
    pub bodies: Bodies,
    folder: TempDir,
    tickets: u64,
}

/// A runtime like that of the headless verbs.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// Options that ask for no list.
pub fn options(era: EraChoice) -> Options {
    Options {
        era,
        lists: vec![],
        ..Options::default()
    }
}

impl Peer {
    /// Connects to the fake.
    pub fn new(flags: &[&str], options: Options) -> Self {
        Self::to(Spawn::new(FAKE, flags.iter().copied()).into(), options)
    }

    /// Connects to an address.
    pub fn at(url: &str, options: Options) -> Self {
        let address = Address::new(http::address(url).unwrap());
        Self::to(Target::Address(address), options)
    }

    /// Connects to anything.
    pub fn to(target: Target, options: Options) -> Self {
        Self::knowing(target, options, Eras::default())
    }

    /// The same, with what is known of servers' eras.
    pub fn knowing(target: Target, options: Options, eras: Eras) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(&folder.path().join("session.jsonl")).unwrap();
        let bodies = recorder.bodies();
        let (inspector, engine) = inspector::engine(recorder);
        tokio::spawn(engine.with_eras(eras).run());
        let connect = Connect {
            conn: 1,
            name: "fake".to_owned(),
            target,
            options,
            stdio: StdioOptions::default(),
        };
        inspector
            .commands
            .send(Command::Connect(Box::new(connect)))
            .unwrap();
        Self {
            timeline: Timeline::default(),
            inspector,
            bodies,
            folder,
            tickets: 0,
        }
    }

    /// The next update, folded already; none when the engine has finished.
    pub async fn next(&mut self) -> Option<Update> {
        let update = tokio::time::timeout(LIMIT, self.inspector.updates.recv())
            .await
            .expect("an update comes");
        if let Some(Update::Recorded(batch)) = &update {
            for entry in batch {
                self.timeline.push(entry);
            }
        }
        update
    }

    /// Waits for an update that `find` makes something of.
    pub async fn until<T>(&mut self, mut find: impl FnMut(&Update, &Timeline) -> Option<T>) -> T {
        loop {
            let update = self.next().await.expect("the engine has not finished");
            if let Some(found) = find(&update, &self.timeline) {
                return found;
            }
        }
    }

    /// Waits until the connection works, or cannot.
    pub async fn opened(&mut self) -> bool {
        self.until(|update, _| match update {
            Update::Ready { .. } => Some(true),
            Update::Failed { .. } | Update::Gone { .. } => Some(false),
            _ => None,
        })
        .await
    }

    /// Waits until a list has come.
    pub async fn listed(&mut self, wanted: List) {
        self.until(|update, _| {
            matches!(update, Update::Listed { list, .. } if *list == wanted).then_some(())
        })
        .await;
    }

    pub fn send(&self, command: Command) {
        self.inspector.commands.send(command).unwrap();
    }

    /// Begins a call of a tool; gives its ticket.
    pub fn begin(&mut self, tool: &str, arguments: &str) -> u64 {
        self.tickets += 1;
        let call = Call {
            ticket: self.tickets,
            method: "tools/call".to_owned(),
            params: Some(format!("{{\"name\":\"{tool}\",\"arguments\":{arguments}}}")),
            wait: None,
        };
        self.send(Command::Call { conn: 1, call });
        self.tickets
    }

    /// Calls a tool; gives what became of it.
    pub async fn call(&mut self, tool: &str, arguments: &str) -> Exchange {
        let ours = self.begin(tool, arguments);
        let mut sent = 0;
        self.until(|update, _| match update {
            Update::Sent { ticket, seq } if *ticket == ours => {
                sent = *seq;
                None
            }
            Update::Finished { ticket, .. } => (*ticket == ours).then_some(()),
            _ => None,
        })
        .await;
        let index = self.timeline.index_of_seq(sent).unwrap();
        self.timeline
            .exchange(self.timeline.exchange_of_request(index).unwrap())
            .unwrap()
            .clone()
    }

    pub fn connection(&self) -> &Connection {
        self.timeline.state().connection(1).unwrap()
    }

    /// The text of an entry.
    pub fn text(&self, index: u32) -> String {
        let row = self.timeline.entry(index).unwrap();
        self.bodies
            .read(row.seq(), row.place())
            .unwrap()
            .text()
            .into_owned()
    }

    /// Every frame, in order, ours marked `>`, the server's `<`.
    pub fn wire(&self) -> Vec<String> {
        (0..self.timeline.entries().len() as u32)
            .filter_map(|index| {
                let row = self.timeline.entry(index)?;
                let mark = if row.direction() == Direction::Out {
                    '>'
                } else {
                    '<'
                };
                row.is_wire()
                    .then(|| format!("{mark} {}", self.text(index)))
            })
            .collect()
    }

    /// Shuts down, and checks that the file tells the same as what was folded on the way.
    pub async fn end(mut self) -> Session {
        self.send(Command::Shutdown);
        while self.next().await.is_some() {}
        let session = Session::read(&self.folder.path().join("session.jsonl"));
        assert_eq!(session.loaded.skipped, 0, "{:?}", session.loaded);
        assert_eq!(session.timeline.state(), self.timeline.state());
        assert_eq!(session.timeline.rows(), self.timeline.rows());
        assert_eq!(session.timeline.logs(), self.timeline.logs());
        assert_eq!(session.timeline.exchanges(), self.timeline.exchanges());
        assert_eq!(session.timeline.frames(), self.timeline.frames());
        let (read, folded) = (session.timeline.hops(), self.timeline.hops());
        assert_eq!(read.rows(), folded.rows());
        assert_eq!(read.all(), folded.all());
        let questions =
            |timeline: &Timeline| timeline.questions().iter().cloned().collect::<Vec<_>>();
        assert_eq!(questions(&session.timeline), questions(&self.timeline));
        for exchange in 0..self.timeline.exchanges().len() as u32 {
            assert_eq!(
                session.timeline.rounds(exchange),
                self.timeline.rounds(exchange)
            );
        }
        session
    }
}

impl Session {
    /// The notes, as sentences.
    pub fn notes(&self) -> Vec<String> {
        self.entries
            .iter()
            .filter(|entry| entry.channel == Channel::Note)
            .map(|entry| mcpscope::note::Note::read(&entry.body).sentence())
            .collect()
    }
}
