/** The retaining path as a chain of boxes and links. */

import type { Finding, PathEntry, Site } from '../../src/protocol/findings.ts';
import { containerIndex, type SiteOrigin, siteOrigin } from '../../src/protocol/wording.ts';

export interface ChainBox {
  entry: PathEntry;
  /** Whose object it is, where a site tells. */
  origin?: SiteOrigin;
  role: 'root' | 'holder' | 'container' | 'gained';
  /** The link that leads here is the one along which it grows. */
  growing: boolean;
}

/** One box per entry, and a last one for what is gained where the path itself ends at the container. */
export function chainOf(finding: Finding): ChainBox[] {
  const path = finding.retainingPath;
  const container = containerIndex(finding);
  const boxes = path.map(
    (entry, i): ChainBox => ({
      entry,
      origin: originOf(entry.site),
      role: i > container ? 'gained' : i === container ? 'container' : i === 0 ? 'root' : 'holder',
      growing: i > container,
    }),
  );
  const [most] = finding.gained;
  if (container >= 0 && container === path.length - 1 && most) {
    const name = `${path[container].name}[]`;
    boxes.push({
      entry: { edge: '[…]', name, className: most.className, nodeId: 0 },
      role: 'gained',
      growing: true,
    });
  }
  return boxes;
}

function originOf(site: Site | undefined): SiteOrigin | undefined {
  return site && siteOrigin(site);
}
