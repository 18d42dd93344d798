import { Crew } from './crew.js';
import { AgentRegistry } from './registry.js';

const registry = new AgentRegistry();
setInterval(() => registry.report(), 500).unref();

async function handleTicket(ticket: number): Promise<void> {
  const crew = new Crew(`ticket-${ticket}`, ['triage', 'billing', 'writer'], registry);
  const answer = await crew.answer(`Ticket ${ticket}: the invoice is wrong.`);
  crew.disband();
  if (!answer.includes('writer')) throw new Error('no answer');
}

for (let ticket = 0; ticket < 480; ticket++) {
  await handleTicket(ticket);
  if (ticket % 4 === 3) console.log(`step ${ticket + 1}`);
}
console.log(`handled, ${registry.size} agents known`);
