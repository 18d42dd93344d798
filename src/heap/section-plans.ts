/** Which columns are made of the rows of each section. */
import type { Header } from './header.ts';
import type { ColumnPlan } from './row-plan.ts';

export function nodePlans(header: Header): ColumnPlan[] {
  const plans: ColumnPlan[] = [
    { field: 'type', array: Uint8Array, below: header.nodeTypeNames.length },
    ...plain(Uint32Array, 'name', 'id'),
    { field: 'self_size', array: Uint32Array, widens: true },
    { field: 'edge_count', array: Uint32Array, spare: 1 },
  ];
  if (header.nodeFields.includes('detachedness')) plans.push(...plain(Uint8Array, 'detachedness'));
  if (header.nodeFields.includes('trace_node_id') && header.traceFunctionCount > 0) {
    plans.push(...plain(Uint32Array, 'trace_node_id'));
  }
  return plans;
}

export function edgePlans(header: Header): ColumnPlan[] {
  return [
    { field: 'type', array: Uint8Array, below: header.edgeTypeNames.length },
    ...plain(Uint32Array, 'name_or_index'),
    { field: 'to_node', array: Uint32Array, unit: header.nodeFields.length, below: header.nodeCount },
  ];
}

export function locationPlans(header: Header): ColumnPlan[] {
  return [
    { field: 'object_index', array: Uint32Array, unit: header.nodeFields.length, below: header.nodeCount },
    ...plain(Uint32Array, 'script_id', 'line', 'column'),
  ];
}

export function traceFunctionPlans(): ColumnPlan[] {
  return plain(Uint32Array, 'function_id', 'name', 'script_name', 'script_id', 'line', 'column');
}

export function samplePlans(): ColumnPlan[] {
  return plain(Float64Array, 'timestamp_us', 'last_assigned_id');
}

function plain(array: ColumnPlan['array'], ...fields: string[]): ColumnPlan[] {
  return fields.map((field) => ({ field, array }));
}
