import assert from 'node:assert/strict';
import { plainLabel, plainMessage } from '../../../../src/core/text/plainText';

/** How VS Code finds links in messages, as of 1.100 (`linkedText.ts`). */
const linkPattern =
  /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/iu;

describe('text of others in our messages', () => {
  for (const text of [
    '[look](command:workbench.action.quit)',
    'a [[b]](https://evil.example) c',
    '[x]\u200b(command:evil)',
    '[x](file:///etc/passwd "t")',
  ])
    it(`becomes no link: ${text}`, () => {
      assert.doesNotMatch(plainMessage(text), linkPattern);
    });

  it('keeps its words', () => {
    assert.equal(plainMessage('Find [a] (b)\nand c'), 'Find [a] (b) and c');
  });

  it('becomes no icon in a list', () => {
    assert.equal(plainLabel('$(alert) $(sync~spin)'), '$ (alert) $ (sync~spin)');
  });
});
