import { describe, expect, it } from 'vitest';
import { dataLag, type NodeStatus } from './nodestatus';

const NOW = 1_000_000_000;
const following: NodeStatus = {
  state: 'following',
  sequence: 7,
  last: 7,
  lag: 0,
  writer: null,
  contact: NOW,
  problem: null,
  at: NOW,
};

describe("the possible age of a node's data", () => {
  it('is the age of the first missing entry while the log answers', () => {
    expect(dataLag(following, NOW + 1000)).toBe(0);
    expect(dataLag({ ...following, lag: 12 }, NOW + 1000)).toBe(12);
  });

  it('grows while the log does not answer, even if nothing is known to be missing', () => {
    expect(dataLag({ ...following, at: NOW + 60_000 }, NOW + 60_000)).toBe(60);
  });

  it('grows while nobody follows the log, because the last status is outdated', () => {
    expect(dataLag(following, NOW + 3_600_000)).toBe(3600);
  });
});
