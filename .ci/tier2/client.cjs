// A client on the official TypeScript SDK: does a bit of everything with the demo server and prints what it got, one
// JSON value a line, so that two servers can be compared.
//
//   node client.cjs FOLDER-WITH-NODE_MODULES (URL | COMMAND ARGUMENTS…)
const { createRequire } = require("node:module");
const load = createRequire(process.argv[2] + "/package.json");
const { Client } = load("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = load("@modelcontextprotocol/sdk/client/stdio.js");
const { StreamableHTTPClientTransport } = load("@modelcontextprotocol/sdk/client/streamableHttp.js");
const types = load("@modelcontextprotocol/sdk/types.js");

const say = (what, value) => console.log(JSON.stringify([what, value]));

async function main() {
  const [first, ...rest] = process.argv.slice(3);
  const transport = first.startsWith("http://")
    ? new StreamableHTTPClientTransport(new URL(first))
    : new StdioClientTransport({ command: first, args: rest, env: process.env, stderr: "ignore" });
  const client = new Client(
    { name: "tier2", version: "1" },
    { capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} } },
  );
  client.setRequestHandler(types.ElicitRequestSchema, (request) => {
    say("asked", request.params.message);
    return { action: "decline" };
  });
  client.setRequestHandler(types.CreateMessageRequestSchema, (request) => {
    say("asked", request.params.messages);
    return { role: "assistant", model: "none", content: { type: "text", text: "forty-two" } };
  });
  client.setRequestHandler(types.ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///tmp", name: "tmp" }] }));
  await client.connect(transport);
  say("server", [client.getServerVersion(), client.getServerCapabilities(), client.getInstructions()]);
  say("tools", await client.listTools());
  say("resources", await client.listResources());
  say("prompts", await client.listPrompts());
  const call = async (name, args, onprogress) => {
    try {
      const options = onprogress ? { onprogress } : {};
      say(name, await client.callTool({ name, arguments: args }, undefined, options));
    } catch (error) {
      say(name, [error.code, error.message, error.data]);
    }
  };
  await call("echo", { text: "one" });
  await call("echo", { text: "one" });
  await call("divide", { dividend: 1, divisor: 0 });
  await call("refuse", {});
  const steps = [];
  await call("countdown", { steps: 3, seconds: 0.3 }, (progress) => steps.push(progress));
  // The SDK forgets who waits for progress as soon as it has read the answer, and loses what it read together with it.
  say("progress", steps.length > 0);
  await call("ask-model", {});
  await call("show-roots", {});
  await call("fill-form", {});
  say("read", await client.readResource({ uri: "demo://greetings/Ada" }));
  await client.close();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
