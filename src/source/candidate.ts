import type { Node } from 'web-tree-sitter';
import { functionName } from './functions.ts';
import type { ScriptPosition, StoreCandidate } from './store-types.ts';
import type { SyntaxFile } from './syntax.ts';

/** @param anchor where in the expression the storing happens: the method's name, the assignment's target */
export function candidate(
  file: SyntaxFile,
  node: Node,
  anchor: Node,
  score: number,
  evidence: string,
): StoreCandidate {
  const name = functionName(file, node);
  return {
    ...positionOf(file, node, anchor),
    ...(name ? { functionName: oneLine(name, 120) } : {}),
    score: Math.round(Math.min(1, Math.max(0.01, score)) * 1000) / 1000,
    evidence: oneLine(evidence, 300),
    text: oneLine(file.text.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + 400)), 160),
  };
}

/** One line of plain text without control characters, cut to a length. */
export function oneLine(text: string, length: number): string {
  const flat = text
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g, ' ')
    .trim();
  return flat.length > length ? `${flat.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…` : flat;
}

/**
 * The line of the storing itself (a chain may begin lines above it), from its expression's start where that is on
 * the same line.
 */
function positionOf(file: SyntaxFile, node: Node, anchor: Node): ScriptPosition {
  const start = file.lines.positionOf(node.startIndex);
  const storing = file.lines.positionOf(anchor.startIndex);
  const at = start.line0 === storing.line0 ? start : storing;
  return { scriptId: Number(file.scriptId), ...at };
}
