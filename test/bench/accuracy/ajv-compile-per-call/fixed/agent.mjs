// Validates the arguments of tool calls against each tool's JSON schema.
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv from 'ajv';

const ajv = new Ajv();
const validators = new Map();

function schemaOf(tool) {
  return {
    type: 'object',
    properties: { name: { const: tool }, query: { type: 'string' }, limit: { type: 'integer', maximum: 50 } },
    required: ['name', 'query'],
  };
}

function callTool(tool, args) {
  if (!validators.has(tool)) validators.set(tool, ajv.compile(schemaOf(tool)));
  const validate = validators.get(tool);
  if (!validate(args)) throw new Error(ajv.errorsText(validate.errors));
  return `${tool} found nothing on ${args.query}`;
}

for (let step = 1; step <= 150; step++) {
  for (const tool of ['search', 'browse']) callTool(tool, { name: tool, query: `topic ${step}`, limit: 5 });
  console.log(`step ${step} done`);
  await sleep(45);
}
