//! Traces by the OpenTelemetry conventions for MCP, as OTLP JSON: one `ExportTraceServiceRequest` a line, at most
//! [`BATCH`] spans in each, so that a line is what a collector takes by POST.
//!
//! A request of the client's is a span of kind CLIENT, one of the server's a span of kind SERVER (we stand where the
//! client does) below the call it was asked for; later rounds of a conversation are below its first. Progress is an
//! event of the request's span, every other notification a span without length. A request whose `_meta.traceparent`
//! was recorded becomes part of that trace. Ids are made from what was recorded, so that the same session sent twice is
//! the same trace. Arguments and results stay out of it: the conventions have them as opt-in.
//!
//! Attributes: `docs/gen-ai/mcp.md` of open-telemetry/semantic-conventions-genai, status Development, as of 2026-11.

mod ids;
mod span;

use std::collections::HashMap;

use super::{Fault, Job};
use crate::json::quote;
use crate::session::Direction;
use crate::session::timeline::{EntryRow, ExchangeIndex, Row, SingleKind, Status, Timeline};
use ids::Context;
use span::Span;

/// Spans of one line.
pub(super) const BATCH: usize = 512;

pub fn write(job: &mut Job<'_>) -> Result<(), Fault> {
    let material = job.material;
    let timeline = &material.timeline;
    let mut batch = Batch::default();
    for row in timeline.rows() {
        if !job.chosen.has(*row) {
            continue;
        }
        let Some(at) = timeline.entry_of(*row) else {
            continue;
        };
        job.step(at)?;
        match *row {
            Row::Exchange(index) => {
                let mut above = parent(job, index)?;
                for (place, round) in timeline.rounds(index).into_iter().enumerate() {
                    let Some((conn, span)) = exchange(job, round, above.as_ref())? else {
                        continue;
                    };
                    if place == 0 && timeline.round_count(index) > 1 {
                        above = Some(span.context.clone());
                    }
                    batch.add(job, conn, span)?;
                }
            }
            Row::Single(index) => {
                let Some(single) = timeline.single_row(index) else {
                    continue;
                };
                let method = timeline.word(single.method);
                if single.kind == SingleKind::Notification && method != "notifications/progress" {
                    let (entry, method) = (single.entry, method.to_owned());
                    let (conn, span) = notification(job, entry, &method)?;
                    batch.add(job, conn, span)?;
                }
            }
        }
    }
    batch.flush(job)
}

/// Spans that wait to be written, by connection.
#[derive(Default)]
struct Batch {
    spans: Vec<(u32, String)>,
}

impl Batch {
    fn add(&mut self, job: &mut Job<'_>, conn: u32, span: Span) -> Result<(), Fault> {
        self.spans.push((conn, span.to_json()));
        job.written += 1;
        if self.spans.len() >= BATCH {
            self.flush(job)?;
        }
        Ok(())
    }

    fn flush(&mut self, job: &mut Job<'_>) -> Result<(), Fault> {
        let mut by_connection: Vec<(u32, Vec<String>)> = Vec::new();
        let mut places = HashMap::new();
        for (conn, span) in self.spans.drain(..) {
            let place = *places.entry(conn).or_insert_with(|| {
                by_connection.push((conn, Vec::new()));
                by_connection.len() - 1
            });
            by_connection[place].1.push(span);
        }
        if by_connection.is_empty() {
            return Ok(());
        }
        let resources = by_connection.iter().map(|(conn, spans)| {
            format!(
                "{{\"resource\":{{\"attributes\":{}}},\"scopeSpans\":[{{\"scope\":{{\"name\":\"mcpscope\",\"version\":{}}},\
                 \"spans\":[{}]}}]}}",
                resource(job, *conn),
                quote(env!("CARGO_PKG_VERSION")),
                spans.join(",")
            )
        });
        let resources: Vec<String> = resources.collect();
        job.put(format!("{{\"resourceSpans\":[{}]}}\n", resources.join(",")))
    }
}

/// Who it is that tells: the client's side of one connection.
fn resource(job: &Job<'_>, conn: u32) -> String {
    let mut attributes = span::Attributes::default();
    attributes.text("service.name", "mcpscope");
    attributes.text("service.version", env!("CARGO_PKG_VERSION"));
    attributes.text("mcpscope.session", &job.material.name);
    attributes.text("mcpscope.recorded_by", &job.material.header.by);
    if conn > 0 {
        attributes.text("mcpscope.server", job.server(conn));
        attributes.number("mcpscope.connection", i64::from(conn));
    }
    let connection = job.material.timeline.state().connection(conn);
    let opening = connection.and_then(|connection| connection.opening.as_deref());
    if let Some(opening) = opening {
        for (name, value) in [
            ("mcpscope.server.name", &opening.name),
            ("mcpscope.server.version", &opening.server_version),
        ] {
            if let Some(value) = value {
                attributes.text(name, value);
            }
        }
    }
    attributes.to_json()
}

/// The span that an exchange is below, because it was asked for while that call was waiting.
fn parent(job: &mut Job<'_>, index: ExchangeIndex) -> Result<Option<Context>, Fault> {
    let timeline = &job.material.timeline;
    let question = timeline.questions().of_exchange(index);
    let told = question.and_then(|question| question.call);
    let Some(call) = told.or_else(|| only_pending(timeline, index)) else {
        return Ok(None);
    };
    let first = timeline.first_round(call);
    let above = context(job, first, None)?;
    if first == call {
        return Ok(above);
    }
    context(job, call, above.as_ref())
}

/// Requests before one of the server's that are looked at for the one it came during.
const LOOKED_AT: usize = 256;

/// The one request of the client's that was waiting when the server asked something; none when there were several, or
/// when it was the client who asked. Our own notes say it better; other recordings have none.
fn only_pending(timeline: &Timeline, index: ExchangeIndex) -> Option<ExchangeIndex> {
    let asked = timeline.exchange(index)?;
    let at = asked.request;
    if timeline.entry(at)?.direction() != Direction::In {
        return None;
    }
    let before = timeline.exchanges()[..index as usize]
        .iter()
        .enumerate()
        .rev();
    let mut waiting = before.take(LOOKED_AT).filter(|(_, other)| {
        let ours = timeline.entry(other.request).map(EntryRow::direction) == Some(Direction::Out);
        ours && other.conn == asked.conn
            && other.ended.is_none_or(|ended| ended > at)
            && timeline.word(other.method) != "subscriptions/listen"
    });
    let (call, _) = waiting.next()?;
    waiting.next().is_none().then_some(call as ExchangeIndex)
}

/// The ids of an exchange's span.
fn context(
    job: &mut Job<'_>,
    index: ExchangeIndex,
    above: Option<&Context>,
) -> Result<Option<Context>, Fault> {
    let Some(request) = job.material.timeline.exchange(index).map(|one| one.request) else {
        return Ok(None);
    };
    let body = job.body(request)?;
    let seq = job
        .material
        .timeline
        .entry(request)
        .map_or(0, EntryRow::seq);
    Ok(Some(Context::of(job.material, seq, index, &body, above)))
}

/// The span of a request and what became of it.
fn exchange(
    job: &mut Job<'_>,
    index: ExchangeIndex,
    above: Option<&Context>,
) -> Result<Option<(u32, Span)>, Fault> {
    let material = job.material;
    let timeline = &material.timeline;
    let Some(exchange) = timeline.exchange(index).cloned() else {
        return Ok(None);
    };
    let entry = job.entry(exchange.request)?;
    let request = super::item::message_of(entry.body, &exchange.id, true);
    let answer = match exchange.response {
        Some(response) => Some(super::item::message_of(
            job.body(response)?,
            &exchange.id,
            false,
        )),
        None => None,
    };
    let context = Context::of(material, entry.seq, index, &request, above);
    let began = nanos(entry.at);
    let took = timeline.took(&exchange);
    let lasts = took.unwrap_or_else(|| material.last_us().saturating_sub(entry.us));
    let method = timeline.word(exchange.method);
    let mut span = Span::new(context, method, entry.direction == Direction::In, began);
    span.end = began + u128::from(lasts) * 1_000;
    span.subject(method, timeline.word(exchange.subject));
    span.request(&exchange.id, &request);
    connection(job, exchange.conn, &mut span);
    span.attributes
        .text("mcpscope.status", &exchange.status.to_string());
    span.attributes
        .number("mcpscope.seq", entry.seq.cast_signed());
    span.answer(answer.as_deref());
    let failed = match exchange.status {
        Status::Error(code) => Some(code.to_string()),
        Status::ToolError => Some("tool_error".to_owned()),
        Status::TimedOut => Some("timeout".to_owned()),
        Status::NoReply | Status::Http(0) => Some("no_reply".to_owned()),
        Status::Http(status) => Some(status.to_string()),
        Status::Cancelled => Some("cancelled".to_owned()),
        Status::Superseded => Some("id_reused".to_owned()),
        Status::OddResult => Some("odd_result".to_owned()),
        Status::Pending | Status::Ok | Status::InputRequired | Status::Task => None,
    };
    if let Some(failed) = failed {
        span.fail(&failed);
    }
    for index in material.progress(index) {
        let entry = job.entry(*index)?;
        span.progress(nanos(entry.at), &entry.body);
    }
    Ok(Some((exchange.conn, span)))
}

/// The span without length of a notification.
fn notification(
    job: &mut Job<'_>,
    index: crate::session::timeline::EntryIndex,
    method: &str,
) -> Result<(u32, Span), Fault> {
    let entry = job.entry(index)?;
    let context = Context::alone(job.material, entry.seq, &entry.body);
    let began = nanos(entry.at);
    let mut span = Span::new(context, method, entry.direction == Direction::In, began);
    span.notification(method, &entry.body);
    connection(job, entry.conn, &mut span);
    span.attributes
        .number("mcpscope.seq", entry.seq.cast_signed());
    Ok((entry.conn, span))
}

/// What every span of a connection says.
fn connection(job: &Job<'_>, conn: u32, span: &mut Span) {
    let Some(connection) = job.material.timeline.state().connection(conn) else {
        return;
    };
    if let Some(revision) = connection.revision {
        let revision = revision.to_string();
        span.attributes.text("mcp.protocol.version", &revision);
    }
    match &*connection.transport {
        "stdio" => span.attributes.text("network.transport", "pipe"),
        "http" => {
            span.attributes.text("network.transport", "tcp");
            span.attributes.text("network.protocol.name", "http");
            let url = connection.url.as_deref();
            if let Some(url) = url.and_then(|url| url::Url::parse(url).ok()) {
                if let Some(host) = url.host_str() {
                    span.attributes.text("server.address", host);
                }
                if let Some(port) = url.port_or_known_default() {
                    span.attributes.number("server.port", i64::from(port));
                }
            }
        }
        _ => {}
    }
}

fn nanos(at: jiff::Timestamp) -> u128 {
    u128::try_from(at.as_nanosecond()).unwrap_or(0)
}
