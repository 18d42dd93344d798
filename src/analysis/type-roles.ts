/** How growth looks at V8's node types. */
export type TypeRole =
  /** An object of the program: counted and weighed. */
  | 'object'
  /** A backing store: weighed with its owner. */
  | 'store'
  /** The engine's own bookkeeping: left out. */
  | 'engine'
  /** A synthetic root. */
  | 'root';

export function typeRole(typeName: string): TypeRole {
  switch (typeName) {
    case 'object':
    case 'closure':
    case 'string':
    case 'concatenated string':
    case 'sliced string':
    case 'regexp':
    case 'native':
    case 'symbol':
    case 'bigint':
      return 'object';
    case 'array':
    case 'hidden':
    case 'number':
      return 'store';
    case 'synthetic':
      return 'root';
    default:
      return 'engine'; // code, object shape and whatever is new
  }
}
