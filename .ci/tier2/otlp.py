"""Reads OTLP JSON lines with OpenTelemetry's own protocol buffers: otlp.py FILE. Prints how many spans, traces and
spans below others there are."""

import base64
import json
import sys

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def as_proto(value, key=""):
    """OTLP writes ids in hexadecimal where the JSON of protocol buffers has base64."""
    if isinstance(value, dict):
        return {name: as_proto(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [as_proto(each) for each in value]
    if key in ("traceId", "spanId", "parentSpanId"):
        return base64.b64encode(bytes.fromhex(value)).decode()
    return value


spans = []
for line in open(sys.argv[1], encoding="utf-8"):
    # Unknown members, enumerations by another name and numbers out of range are errors.
    request = ParseDict(as_proto(json.loads(line)), ExportTraceServiceRequest())
    spans += [span for each in request.resource_spans for scope in each.scope_spans for span in scope.spans]
ids = {span.span_id for span in spans}
for span in spans:
    assert len(span.trace_id) == 16 and len(span.span_id) == 8 and len(span.parent_span_id) in (0, 8), span
    assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano, span
    assert any(attribute.key == "mcp.method.name" for attribute in span.attributes), span
assert len(ids) == len(spans), "two spans have one id"
below = sum(1 for span in spans if span.parent_span_id in ids)
print(len(spans), len({span.trace_id for span in spans}), below)
