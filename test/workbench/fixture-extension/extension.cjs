/** One of each thing that our extension shows, to test what drives the workbench. */
const vscode = require('vscode');

const tell = (text, ...buttons) =>
  vscode.window.showInformationMessage(text, ...buttons).then((button) => {
    if (button) vscode.window.showWarningMessage(`Pressed ${button}.`);
  });

function activate(context) {
  const command = (name, run) =>
    context.subscriptions.push(vscode.commands.registerCommand(`fixture.${name}`, run));
  command('tell', () => tell(vscode.l10n.t('Hello {0}', 'World'), 'Yes', 'No'));
  command('many', () => {
    for (let number = 1; number <= 6; number++) tell(`Number ${number}.`);
  });
  command('ask', async () => {
    const name = await vscode.window.showInputBox({ title: 'Name' });
    const colour = await vscode.window.showQuickPick(['red', 'green'], { title: 'Colour' });
    await vscode.window.showWarningMessage(`Really ${name}, ${colour}?`, { modal: true }, 'Really');
    tell(`${name} is ${colour}.`);
  });
  command('page', () => {
    const panel = vscode.window.createWebviewPanel('fixture', 'Fixture Page', 1, { enableScripts: true });
    panel.webview.onDidReceiveMessage((text) => tell(`The page said ${text}.`));
    panel.webview.html = `<button>Press me</button><script>
      const api = acquireVsCodeApi();
      document.querySelector('button').onclick = () => api.postMessage('hi');
    </script>`;
  });
  const mark = vscode.window.createTextEditorDecorationType({
    gutterIconPath: vscode.Uri.parse(
      `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><circle cx="8" cy="8" r="6" fill="red"/></svg>')}`,
    ),
    after: { contentText: '  +12.4 MB, "5,000" objects', color: 'red' },
  });
  command('mark', () => {
    const editor = vscode.window.activeTextEditor;
    const { range } = editor.document.lineAt(editor.selection.active.line);
    editor.setDecorations(mark, [{ range, hoverMessage: 'held by **Memory**' }]);
  });
  command('touch', (row) => tell(`Touched ${row}.`));

  vscode.window.registerTreeDataProvider('fixture.empty', {
    getChildren: () => [],
    getTreeItem: (row) => row,
  });
  vscode.window.registerTreeDataProvider('fixture.tree', {
    getChildren: (row) =>
      row ? [`${row}.a`, `${row}.b`] : Array.from({ length: 40 }, (_, index) => `row ${index}`),
    getTreeItem: (row) => {
      const branch = !row.includes('.');
      const item = new vscode.TreeItem(row, branch ? 1 : 0);
      item.description = branch ? undefined : `of ${row.split('.')[0]}`;
      item.contextValue = branch ? 'branch' : 'leaf';
      item.iconPath = new vscode.ThemeIcon(branch ? 'folder' : 'error');
      if (!branch) item.command = { command: 'fixture.tell', title: 'Tell' };
      return item;
    },
  });
}

module.exports = { activate };
