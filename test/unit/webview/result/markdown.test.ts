import assert from 'node:assert/strict';
import {
  longestMarkdown,
  readMarkdown,
  type MarkdownNode,
  type MarkdownTag,
} from '../../../../src/webview/result/markdown';

/** The tree as text: elements as tags, links with their addresses. */
function shape(text: string): string {
  return shapeOf(readMarkdown(text).blocks);
}

function shapeOf(nodes: readonly MarkdownNode[]): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text;
        case 'code':
          return node.isBlock ? `pre(${node.text})` : `code(${node.text})`;
        case 'link':
          return `link<${node.address}>(${shapeOf(node.children)})`;
        case 'element':
          return `${node.tag}${node.start ?? ''}(${shapeOf(node.children)})`;
      }
    })
    .join('');
}

function count(nodes: readonly MarkdownNode[]): number {
  return nodes.reduce((sum, node) => sum + 1 + ('children' in node ? count(node.children) : 0), 0);
}

function depth(nodes: readonly MarkdownNode[]): number {
  return Math.max(0, ...nodes.map((node) => ('children' in node ? 1 + depth(node.children) : 1)));
}

describe('readMarkdown', () => {
  it('reads what a result is written in', () => {
    assert.equal(shape('# A\n\nb **c** *d* ~~e~~ `f`'), 'h1(A)p(b strong(c) em(d) s(e) code(f))');
    assert.equal(shape('- a\n- b'), 'ul(li(a)li(b))');
    assert.equal(shape('3. a\n4. b'), 'ol3(li(a)li(b))');
    assert.equal(shape('> a\n\n---'), 'blockquote(p(a))hr()');
    assert.equal(shape('```js\na\nb\n```'), 'pre(a\nb)');
    assert.equal(shape('| a |\n|---|\n| b |'), 'table(thead(tr(th(a)))tbody(tr(td(b))))');
    assert.equal(shape('a  \nb\nc'), 'p(abr()b\nc)');
    assert.equal(shape('[a](https://b.example/ "c")'), 'p(link<https://b.example/>(a))');
  });

  // CommonMark, with GFM's rule for underscores within words.
  const samples: readonly (readonly [string, string])[] = [
    ['snake_case_name and a__b__c', 'p(snake_case_name and a__b__c)'],
    ['größe_über_alles', 'p(größe_über_alles)'],
    ['пристаням_стремятся_вдаль', 'p(пристаням_стремятся_вдаль)'],
    ['_emphasis_ and __strength__', 'p(em(emphasis) and strong(strength))'],
    ['https://a.example/a_b_c', 'p(https://a.example/a_b_c)'],
    ['a*b*c', 'p(aem(b)c)'],
    ['#hashtag', 'p(#hashtag)'],
    ['#5 of 6', 'p(#5 of 6)'],
    ['# Title', 'h1(Title)'],
    ['####### seven', 'p(####### seven)'],
    ['-5 degrees', 'p(-5 degrees)'],
    ['1.5 times', 'p(1.5 times)'],
  ];
  for (const [text, expected] of samples)
    it(`reads ${JSON.stringify(text)} as GFM does`, () => {
      assert.equal(shape(text), expected);
    });

  it('takes HTML for text', () => {
    const html = '<script>hacked = 1</script><img src=x onerror=hacked=1>';
    assert.equal(shape(`${html}\n\na ${html}`), `p(${html})p(a ${html})`);
  });

  it('makes of a picture a link that is named by its description', () => {
    assert.equal(
      shape('![a b](https://c.example/d.png)'),
      'p(link<https://c.example/d.png>(a b (picture)))',
    );
    assert.equal(shape('![](x.png)'), 'p(link<x.png>(Picture))');
  });

  it('hands addresses over as they are, for who draws them to judge', () => {
    assert.equal(shape('[a](javascript:alert\\(1\\))'), 'p(link<javascript:alert(1)>(a))');
    assert.equal(shape('[a](command:b)'), 'p(link<command:b>(a))');
  });

  it('knows no element but those of its list', () => {
    const allowed: readonly MarkdownTag[] = ['p', 'h1', 'ul', 'li', 'strong'];
    const { blocks } = readMarkdown('# a\n\n- **b**\n\n<marquee>c</marquee>\n\n[^1]: d\n\n::: e');
    const tags = (nodes: readonly MarkdownNode[]): readonly string[] =>
      nodes.flatMap((node) => (node.kind === 'element' ? [node.tag, ...tags(node.children)] : []));
    for (const tag of tags(blocks))
      assert.ok(
        allowed.some((known) => known === tag),
        tag,
      );
  });

  it('stays small and flat, whatever the text', () => {
    const texts = [
      '> '.repeat(40_000),
      '- '.repeat(40_000),
      '**a*b '.repeat(10_000),
      '!['.repeat(40_000),
      '[a]('.repeat(20_000),
      '| a '.repeat(10_000),
      '- a\n'.repeat(30_000),
      `${'| a '.repeat(4000)}\n${'|---'.repeat(4000)}\n`,
      Array.from({ length: 300 }, (_, level) => `${'  '.repeat(level)}- a`).join('\n'),
      'w'.repeat(100_000),
    ];
    for (const text of texts) {
      const { blocks } = readMarkdown(text);
      assert.ok(count(blocks) < 20_000, text.slice(0, 20));
      assert.ok(depth(blocks) < 60, `${depth(blocks)} levels: ${text.slice(0, 20)}`);
    }
  });

  it('says when some of it was left away', () => {
    assert.equal(readMarkdown('# a').isCut, false);
    assert.equal(readMarkdown('a '.repeat(longestMarkdown)).isCut, true);
    assert.equal(readMarkdown('- a\n'.repeat(10_000)).isCut, true);
  });
});
