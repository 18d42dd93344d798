import { Planner } from './planner';
import { ToolBox } from './toolbox';

async function main(): Promise<void> {
  const planner = new Planner(new ToolBox());
  for (let request = 0; request < 330; request++) {
    const found = await planner.handle({ id: `req-${request}`, tenant: `tenant-${request % 7}`, text: 'cheap flights to Oslo' });
    if (!found.length) throw new Error('nothing found');
    console.log(`step ${request}`);
    await new Promise((resolve) => setTimeout(resolve, 28));
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
