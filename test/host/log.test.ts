import assert from 'node:assert/strict';
import { window } from 'vscode';
import { CloudError } from '../../src/core/cloud/errors';
import { Log } from '../../src/ui/log';

describe('the log', () => {
  let lines: string[];
  let channels: number;
  /** As VS Code does with a channel of its own accord. */
  let close: () => void;
  let log: Log;
  const { createOutputChannel } = window;

  beforeEach(() => {
    lines = [];
    channels = 0;
    Object.assign(window, {
      createOutputChannel: () => {
        channels++;
        let isClosed = false;
        close = () => {
          isClosed = true;
        };
        const write = (line: string): void => {
          if (isClosed) throw new Error('Channel has been closed');
          lines.push(line);
        };
        return { info: write, warn: write, error: write, dispose: close };
      },
    });
    log = new Log();
  });

  afterEach(() => {
    log.dispose();
    Object.assign(window, { createOutputChannel });
  });

  it('is not made before there is something to say', () => {
    assert.equal(channels, 0);
    log.info('a');
    log.warn('b');
    assert.equal(channels, 1);
    assert.deepEqual(lines, ['a', 'b']);
  });

  it('fails nobody where its channel was closed, and opens another for the next line', () => {
    log.info('a');
    close();
    log.info('lost');
    log.info('b');
    assert.deepEqual(lines, ['a', 'b']);
    assert.equal(channels, 2);
  });

  it('never shows a key that it knows, nor what looks like one', () => {
    log.hide('canary-4711');
    log.info('sent canary-4711 to x');
    log.error('Asking failed', new Error('header bu_abcdefgh12345 was refused: canary-4711'));
    assert.doesNotMatch(lines.join(), /canary|bu_/u);
    assert.equal(lines[0], 'sent [key] to x');
  });

  it('keeps every event to one line, without controls', () => {
    log.warn('a\nb\u001b[31mc\u202ed');
    assert.deepEqual(lines, ['a b[31mcd']);
  });

  it('takes no offence at what comes after its end', () => {
    log.info('a');
    log.dispose();
    log.info('b');
    assert.deepEqual(lines, ['a']);
  });

  it('says of a mistake of our own where it was made, in one line and without a key', () => {
    log.hide('secret-key');
    log.mistake('A listener failed', new TypeError('no function, with secret-key'));
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^A listener failed: TypeError: no function, with \[key\] at .+\.js/u,
    );
    assert.doesNotMatch(lines[0] ?? '', /secret-key|\n/u);
  });

  it('says of a failure what helps, and no more', () => {
    log.error('Checking failed', new CloudError('server', 'it said so', { status: 503 }));
    log.error('Odd', { key: 'secret' });
    assert.deepEqual(lines, [
      'Checking failed: it said so (server, status 503)',
      'Odd: [object Object]',
    ]);
  });
});
