import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { homeFolder } from '../../../src/platform/node';

describe('homeFolder', () => {
  it('is what the system says', () => {
    assert.equal(homeFolder(), homedir());
  });
});
