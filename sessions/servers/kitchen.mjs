// A small kitchen, on the TypeScript SDK 2.x (package @modelcontextprotocol/server). Run with `node kitchen.mjs`.
// It writes a line to stdout where only frames belong, and `burn` ends it.
import { McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const server = new McpServer({ name: 'kitchen', version: '1.0.0' });

server.registerTool(
  'weigh',
  {
    title: 'Weigh',
    description: 'Converts an amount of something to grams',
    inputSchema: z.object({ what: z.enum(['flour', 'sugar', 'rice']), cups: z.number().positive() }),
    outputSchema: z.object({ grams: z.number() }),
    annotations: { readOnlyHint: true },
  },
  async ({ what, cups }) => {
    const grams = Math.round({ flour: 125, sugar: 200, rice: 185 }[what] * cups);
    return { content: [{ type: 'text', text: `${grams} g` }], structuredContent: { grams } };
  },
);

server.registerTool(
  'bake',
  { description: 'Bakes; the oven may be cold', inputSchema: z.object({ minutes: z.number().int() }) },
  async ({ minutes }) => {
    console.log(`baking for ${minutes} minutes`);
    return minutes < 5
      ? { content: [{ type: 'text', text: 'the oven is cold' }], isError: true }
      : { content: [{ type: 'text', text: 'done' }] };
  },
);

server.registerTool('burn', { description: 'Burns everything down', inputSchema: z.object({}) }, async () => {
  console.error('fire in the kitchen');
  process.exit(3);
});

await server.connect(new StdioServerTransport());
