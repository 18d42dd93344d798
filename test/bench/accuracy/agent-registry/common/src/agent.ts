export interface Mail {
  from: string;
  text: string;
}

export class Mailbox {
  readonly mails: Mail[] = [];
}

export class CrewAgent {
  readonly mailbox = new Mailbox();
  readonly peers: CrewAgent[] = [];

  constructor(
    readonly id: string,
    readonly role: string,
  ) {}

  meet(peer: CrewAgent): void {
    this.peers.push(peer);
    peer.peers.push(this);
  }

  async handle(text: string): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 4));
    for (const peer of this.peers) peer.mailbox.mails.push({ from: this.id, text: `${this.role} on ${text}` });
    return `${this.role}: ${text}`;
  }
}
