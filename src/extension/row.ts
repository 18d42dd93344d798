/** What a row of the view is. */

/** The part of `vscode.l10n` that is needed. */
export interface Localizer {
  t(message: string, ...args: (string | number | boolean)[]): string;
}

export interface Row {
  label: string;
  description?: string;
  /** Plain text: names in it are from the program. */
  tooltip?: string;
  /** A codicon, and a theme colour for it. */
  icon?: string;
  color?: string;
  /** For menus. */
  context: string;
  /** What a screen reader says instead of label and description. */
  spoken?: string;
  state: 'none' | 'collapsed' | 'expanded';
  /** What a click does, given the node. */
  command?: string;
}
