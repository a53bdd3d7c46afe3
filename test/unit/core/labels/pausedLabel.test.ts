import assert from 'node:assert/strict';
import { pausedReason, pausedLabel } from '../../../../src/core/labels/pausedLabel';
import { aTask } from '../../../fakes/aTask';

const host = 'cloud.example';
const ofV1 = aTask({ apiVersion: 'v1' });

describe('polls that are paused', () => {
  it('are paused for all active tasks by a refused key', () => {
    const label = pausedLabel([aTask(), ofV1], { pauses: [{ kind: 'auth' }], host });
    assert.deepEqual(label, {
      text: 'polling paused',
      reason: 'cloud.example does not accept the API key. Set one that is valid there.',
    });
  });

  it('are paused in part where only one API version is not served', () => {
    const options = { pauses: [{ kind: 'notServed', apiVersion: 'v1', until: 1 } as const], host };
    assert.equal(pausedLabel([aTask(), ofV1], options)?.text, 'polling partly paused');
    assert.equal(pausedLabel([ofV1], options)?.text, 'polling paused');
    assert.equal(pausedLabel([aTask()], options), undefined);
    assert.match(pausedReason(ofV1, options) ?? '', /^API v1 is not served at cloud\.example\./u);
    assert.equal(pausedReason(aTask(), options), undefined);
  });

  it('say each reason once, and nothing of tasks that have ended', () => {
    const versions = ['v1', 'v3', 'v3'] as const;
    const tasks = versions.map((apiVersion) => aTask({ apiVersion }));
    const pauses = versions.slice(0, 2).map((apiVersion) => ({
      kind: 'notServed' as const,
      apiVersion,
    }));
    const label = pausedLabel([...tasks, aTask({ status: 'finished' })], { pauses, host });
    assert.equal(label?.text, 'polling paused');
    assert.match(
      label.reason,
      /^API v1 [^.]*\.example\. [^.]*\. API v3 [^.]*\.example\. [^.]*\.$/u,
    );
  });

  it('are not worth a word where nothing is active', () => {
    const options = { pauses: [{ kind: 'auth' } as const], host };
    assert.equal(pausedLabel([aTask({ status: 'finished' })], options), undefined);
    assert.equal(pausedLabel([aTask({ isMissing: true })], options), undefined);
  });

  it('are paused by a base URL that cannot be used, whatever else is wrong', () => {
    const options = {
      pauses: [{ kind: 'noKey' } as const],
      host,
      baseUrlProblem: 'The base URL is empty.',
    };
    assert.equal(
      pausedLabel([aTask()], options)?.reason,
      'The base URL is empty. Change it in the settings.',
    );
  });

  it('are not held where nothing stands in the way', () => {
    assert.equal(pausedLabel([aTask()], { pauses: [], host }), undefined);
  });
});
