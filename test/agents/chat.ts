/** The part of OpenAI's chat API that the agent uses. */

export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string | null;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
}

export interface ToolDefinition {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

export interface ChatRequest {
  model: string;
  messages: Message[];
  tools?: ToolDefinition[];
  response_format?: { type: 'json_object' };
  stream?: boolean;
}

/** One event of a streamed answer. */
export interface ChatChunk {
  id: string;
  choices: {
    index: number;
    delta: { role?: 'assistant'; content?: string | null; tool_calls?: (ToolCall & { index: number })[] };
    finish_reason: 'stop' | 'tool_calls' | null;
  }[];
}

export interface ChatCompletion {
  id: string;
  choices: { index: number; message: Message; finish_reason: 'stop' | 'tool_calls' }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}
