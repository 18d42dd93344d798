/** The pages of the named rules, packed with the extension. */
import { commands, Uri } from 'vscode';

/** Shows one in VS Code's Markdown preview. What is no rule's id (it may come out of a file) opens nothing. */
export async function openRule(extensionUri: Uri, id: string): Promise<void> {
  if (!/^[a-z]+(-[a-z]+)*$/.test(id)) return;
  const page = Uri.joinPath(extensionUri, 'media', 'rules', `${id}.md`);
  await commands.executeCommand('markdown.showPreview', page);
}
