import assert from 'node:assert/strict';
import { heldReason, heldWords } from '../../../../src/core/labels/heldWords';
import { aTask } from '../../../fakes/aTask';

const host = 'cloud.example';
const ofV1 = aTask({ apiVersion: 'v1' });

describe('looks that are held', () => {
  it('are held for all active tasks by a refused key', () => {
    const words = heldWords([aTask(), ofV1], { holds: [{ kind: 'auth' }], host });
    assert.deepEqual(words, {
      text: 'held',
      reason: 'cloud.example does not accept the API key. Set one that is valid there.',
    });
  });

  it('are held in part where only one API version is not served', () => {
    const options = { holds: [{ kind: 'notServed', apiVersion: 'v1', until: 1 } as const], host };
    assert.equal(heldWords([aTask(), ofV1], options)?.text, 'partly held');
    assert.equal(heldWords([ofV1], options)?.text, 'held');
    assert.equal(heldWords([aTask()], options), undefined);
    assert.match(heldReason(ofV1, options) ?? '', /^API v1 is not served at cloud\.example\./u);
    assert.equal(heldReason(aTask(), options), undefined);
  });

  it('are not worth a word where nothing is active', () => {
    const options = { holds: [{ kind: 'auth' } as const], host };
    assert.equal(heldWords([aTask({ status: 'finished' })], options), undefined);
    assert.equal(heldWords([aTask({ isMissing: true })], options), undefined);
  });

  it('are held by a base URL that cannot be used, whatever else is wrong', () => {
    const options = {
      holds: [{ kind: 'noKey' } as const],
      host,
      baseUrlProblem: 'The base URL is empty.',
    };
    assert.equal(
      heldWords([aTask()], options)?.reason,
      'The base URL is empty. Change it in the settings.',
    );
  });

  it('are not held where nothing stands in the way', () => {
    assert.equal(heldWords([aTask()], { holds: [], host }), undefined);
  });
});
