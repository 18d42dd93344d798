/** The channel to the editor, as vscode-languageclient opens it. */
import {
  IPCMessageReader,
  IPCMessageWriter,
  type MessageReader,
  type MessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

export interface Transport {
  reader: MessageReader;
  writer: MessageWriter;
  /** The editor is gone: nothing will arrive, nothing can be told. */
  onClosed(listener: () => void): void;
}

/** By the command line: `--node-ipc`, or else standard input and output. */
export function openTransport(from: NodeJS.Process): Transport {
  // Where the editor is gone, nowhere is left to tell it.
  from.stderr.on('error', () => {});
  if (from.argv.includes('--node-ipc')) {
    return {
      reader: new IPCMessageReader(from),
      writer: new IPCMessageWriter(from),
      onClosed: (listener) => void from.once('disconnect', listener),
    };
  }
  // What a library prints must not end up between messages.
  console.log = console.info = console.debug = console.error;
  return {
    reader: new StreamMessageReader(from.stdin),
    writer: new StreamMessageWriter(from.stdout),
    onClosed: (listener) => {
      from.stdin.once('end', listener).once('close', listener);
      from.stdout.on('error', listener);
    },
  };
}
