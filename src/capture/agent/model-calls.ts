/** Model calls, told by the path of the request: any host may speak one of these languages. */

const PATHS: readonly [RegExp, string][] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/responses$/, 'responses'],
  [/\/embeddings$/, 'embeddings'],
  [/\/v\d+\/completions$|\/deployments\/[^/]+\/completions$/, 'completions'],
  [/\/v\d+\/messages$/, 'messages'],
  [/:(?:streamG|g)enerateContent$/, 'generateContent'],
  [/:(?:batchE|e)mbedContents?$/, 'embeddings'],
  [/:(?:streamR|r)awPredict$/, 'rawPredict'],
  [/\/model\/[^/]+\/converse(?:-stream)?$/, 'converse'],
  [/\/model\/[^/]+\/invoke(?:-with-response-stream)?$/, 'invoke'],
  [/\/api\/(?:chat|generate)$/, 'chat'],
  [/\/api\/embed(?:dings)?$/, 'embeddings'],
  [/\/v2\/chat$/, 'chat'],
];

/** In paths of Gemini and Vertex, of Bedrock, of Azure. */
const MODEL = /\/models\/([^/:]+):|\/model\/([^/]+)\/|\/deployments\/([^/]+)\//;

/**
 * What a request asks a model for; undefined for all others.
 * @param path with or without its query
 */
export function modelCall(method: string, path: string): { name: string; model?: string } | undefined {
  if (method !== 'POST') return undefined;
  const query = path.indexOf('?');
  const bare = query < 0 ? path : path.slice(0, query);
  for (const [pattern, name] of PATHS) {
    if (!pattern.test(bare)) continue;
    const found = MODEL.exec(bare);
    const model = found?.[1] ?? found?.[2] ?? found?.[3];
    return model === undefined ? { name } : { name, model: decoded(model) };
  }
  return undefined;
}

/** Headers by which programs and protocols name the conversation. */
const SESSION_HEADER = /^(?:x-)?(?:[a-z]+-){0,3}(?:session|conversation|thread)[-_]id$/i;

export function isSessionHeader(name: string): boolean {
  return SESSION_HEADER.test(name);
}

/** How much of a body's beginning, or after the word `usage`, is looked at: bytes. */
export const LOOK = 2048;

/** The model that the beginning of a request's body names. */
export function modelIn(text: string): string | undefined {
  return /"model"\s*:\s*"([^"\\]{1,120})"/.exec(text)?.[1];
}

/** The tool that the beginning of an MCP request calls: undefined for other requests, empty where it is not told. */
export function toolIn(text: string): string | undefined {
  if (!/"method"\s*:\s*"tools\/call"/.test(text)) return undefined;
  const params = /"params"\s*:\s*\{/.exec(text);
  return params ? nameWithin(text.slice(params.index + params[0].length)) : '';
}

/** The `name` of the object that the text is within, wherever it stands beside others; empty where it is not there. */
function nameWithin(text: string): string {
  let depth = 0;
  for (const [token, name] of text.matchAll(/"name"\s*:\s*"([^"\\]{1,200})"|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (!depth && name !== undefined) return name;
    if (depth < 0) break;
  }
  return '';
}

const INPUT = /"(?:prompt_tokens|input_tokens|inputTokens|promptTokenCount|prompt_eval_count)"\s*:\s*(\d+)/;
const OUTPUT =
  /"(?:completion_tokens|output_tokens|outputTokens|candidatesTokenCount|eval_count)"\s*:\s*(\d+)/;

/** Token counts in a piece of an answer. */
export function tokensIn(text: string): { inputTokens?: number; outputTokens?: number } {
  const [input, output] = [INPUT, OUTPUT].map((pattern) => pattern.exec(text)?.[1]);
  return {
    ...(input === undefined ? {} : { inputTokens: Number(input) }),
    ...(output === undefined ? {} : { outputTokens: Number(output) }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
