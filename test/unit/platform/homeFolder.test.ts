import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { homeFolder } from '../../../src/platform/homeFolder';

describe('homeFolder', () => {
  it('is what the system says', () => {
    assert.equal(homeFolder(), homedir());
  });
});
