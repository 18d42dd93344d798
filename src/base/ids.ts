/** Numbers that must not be mixed up. */

/** Position of a node in one snapshot, 0-based. */
export type NodeOrdinal = number & { readonly __brand: 'NodeOrdinal' };

/** V8's id of an object, shown as `@id`: the same for a live object in later snapshots of one process. */
export type NodeId = number & { readonly __brand: 'NodeId' };
