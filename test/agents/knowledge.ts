/** The shop's articles, cached: reading one takes a moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { prose } from './text.ts';

interface Article {
  id: number;
  title: string;
  text: string;
}

export class KnowledgeBase {
  private readonly cache = new Map<number, Article>();
  private readonly capacity: number;
  private readonly size: number;

  /**
   * @param size number of articles
   * @param capacity how many stay in memory; the one not read for longest goes first
   */
  constructor(size: number, capacity: number) {
    this.size = size;
    this.capacity = capacity;
  }

  async search(query: string): Promise<Article> {
    let hash = 0;
    for (let index = 0; index < query.length; index++) hash = (hash * 31 + query.charCodeAt(index)) | 0;
    return this.read(Math.abs(hash) % this.size);
  }

  private async read(id: number): Promise<Article> {
    let article = this.cache.get(id);
    if (article) this.cache.delete(id);
    else {
      await sleep(1);
      article = { id, title: prose(id, 60), text: prose(id + 1, 3000) };
    }
    this.cache.set(id, article);
    if (this.cache.size > this.capacity) this.cache.delete(this.cache.keys().next().value as number);
    return article;
  }
}
