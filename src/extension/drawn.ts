/** What VS Code was given of a tree. Tells what of it is out of date, and no more than that. */
import type { Node } from './nodes.ts';

/** The tree as it is now. */
export interface Tree {
  childrenOf(node: Node | undefined): Node[];
  /** Anything that is equal where a row looks the same. */
  look(node: Node): string;
}

const ROOT = '';

export class Drawn {
  /** VS Code knows nodes by identity: one object for each id, for as long as it is drawn. */
  private readonly nodes = new Map<string, Node>();
  private readonly looks = new Map<string, string>();
  /** By their parent's id, of those that were asked for. */
  private readonly children = new Map<string, Node[]>();
  private readonly tree: Tree;

  constructor(tree: Tree) {
    this.tree = tree;
  }

  /** VS Code asks for the nodes below one, or for the first ones. */
  childrenOf(node: Node | undefined): Node[] {
    const children = this.tree.childrenOf(node).map((child) => this.remember(child));
    this.children.set(node?.id ?? ROOT, children);
    return children;
  }

  /** VS Code asks how it looks. */
  drew(node: Node): void {
    this.looks.set(node.id, this.tree.look(node));
  }

  /**
   * The nodes to be drawn anew, undefined for the whole tree. VS Code forgets for a moment which nodes are below one
   * that is: it is a parent only when what is below it has come, gone or moved.
   */
  stale(node?: Node): (Node | undefined)[] {
    const id = node?.id ?? ROOT;
    const drawn = this.children.get(id);
    if (!drawn) return [];
    const now = this.tree.childrenOf(node);
    if (now.length !== drawn.length || now.some((child, index) => child.id !== drawn[index].id)) {
      this.forget(id);
      return [node];
    }
    return now.flatMap((child) => {
      const known = this.remember(child);
      if (this.looks.get(child.id) === this.tree.look(known)) return this.stale(known);
      this.forget(child.id);
      return [known];
    });
  }

  /** What is below is asked for again, if it is in sight. */
  private forget(id: string): void {
    for (const child of this.children.get(id) ?? []) {
      this.forget(child.id);
      this.nodes.delete(child.id);
      this.looks.delete(child.id);
    }
    this.children.delete(id);
  }

  /** The same object for the same id, with what is new in it. */
  private remember(node: Node): Node {
    const known = this.nodes.get(node.id);
    const kept = known ? Object.assign(known, node) : node;
    this.nodes.set(node.id, kept);
    return kept;
  }
}
