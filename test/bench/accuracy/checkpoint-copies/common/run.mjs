import { CheckpointStore } from './checkpoints.mjs';
import { Graph } from './graph.mjs';

const store = new CheckpointStore();
const graph = new Graph(store);

export async function main() {
  let state = { thread: 't-1', messages: [], scratch: {}, turn: 0 };
  for (let turn = 0; turn < 170; turn++) {
    state = await graph.invoke({ ...state, turn }, `What about item ${turn}?`);
    await new Promise((resolve) => setTimeout(resolve, 40));
    console.log(`step ${turn}`);
  }
  if (store.latest('t-1').messages.length !== state.messages.length) throw new Error('the last checkpoint is old');
}

await main();
