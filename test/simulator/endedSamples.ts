import { dayMs, hourMs, minuteMs, secondMs } from './sampleScript';
import { hostileSample } from './hostileSample';
import type { SampleScript } from './sampleScript';
import type { StepScript } from './taskScript';

/** Tasks that ended before the present: finished with each verdict, stopped and failed. */
export function endedSamples(): SampleScript[] {
  return [
    {
      id: '3b56c08a-7d19-4cf3-84a8-9b0c1d2e3f11',
      apiVersion: 'v2',
      prompt:
        'List the five most discussed stories on Hacker News today with their points, as JSON.',
      ageMs: 22 * minuteMs,
      lengthMs: 48 * secondMs,
      steps: [
        {
          goal: 'Open the front page',
          url: 'https://news.ycombinator.com/',
          actions: [{ go_to_url: { url: 'https://news.ycombinator.com/', new_tab: false } }],
        },
        {
          goal: 'Read titles, points and numbers of comments of all stories',
          url: 'https://news.ycombinator.com/',
          actions: [
            { extract_structured_data: { query: 'title, points, comments of each story' } },
          ],
        },
        {
          goal: 'Sort by comments and report the first five as JSON',
          url: 'https://news.ycombinator.com/',
          actions: [{ done: { text: 'Five stories reported.', success: true } }],
        },
      ],
      output: JSON.stringify(
        [
          { title: 'SQLite as a document store', points: 812, comments: 431 },
          { title: 'What I learned from ten years of on-call', points: 640, comments: 388 },
          { title: 'The hidden cost of feature flags', points: 377, comments: 301 },
          { title: 'A map of every lighthouse', points: 958, comments: 240 },
          { title: 'Show HN: a spreadsheet in 200 lines', points: 512, comments: 198 },
        ],
        null,
        2,
      ),
      isSuccess: true,
      judgeVerdict: true,
      judgement: JSON.stringify({
        verdict: true,
        failure_reason: '',
        reasoning: 'All five stories are on the page, with the reported points and comments.',
        impossible_task: false,
        reached_captcha: false,
      }),
      cost: '0.031870',
      llm: 'browser-use-2.0',
      metadata: { source: 'nightly', run: 1841 },
    },
    {
      id: '4c67d19b-8e2a-4d04-95b9-0c1d2e3f4a12',
      apiVersion: 'v2',
      prompt: 'Write a short report on the changes in the three latest releases of Vite.',
      ageMs: 3 * hourMs,
      lengthMs: 95 * secondMs,
      steps: 7,
      output: [
        '# The three latest releases of Vite',
        '',
        '| release | what changed |',
        '|---|---|',
        '| 7.3.1 | fixes for CSS in lazy chunks |',
        '| 7.3.0 | `server.warmup` takes globs |',
        '| 7.2.4 | a crash on Windows paths is gone |',
        '',
        'See the [changelog](https://github.com/vitejs/vite/releases) for all of it. **Nothing** breaks existing configurations.',
        '',
        '```js',
        "export default { server: { warmup: { clientFiles: ['./src/**'] } } };",
        '```',
      ].join('\n'),
      files: [
        { name: 'vite-releases.md', content: '# Vite releases\n\n- 7.3.1\n- 7.3.0\n- 7.2.4\n' },
        { name: 'releases.csv', content: 'release,date\n7.3.1,2026-01-07\n7.3.0,2025-12-15\n' },
      ],
      cost: '0.112004',
      llm: 'claude-opus-4-7',
    },
    {
      id: '5d78e2ac-9f3b-4e15-a6ca-1d2e3f4a5b13',
      apiVersion: 'v2',
      prompt: 'Book a table for two at Da Enzo for Saturday, 20:00.',
      ageMs: 5 * hourMs,
      lengthMs: 75 * secondMs,
      steps: 6,
      output: 'There is no free table at 20:00 on Saturday. The nearest free time is 22:15.',
      isSuccess: false,
      cost: '0.058400',
    },
    {
      id: '6e89f3bd-a04c-4f26-b7db-2e3f4a5b6c14',
      apiVersion: 'v2',
      prompt: 'Find the cheapest 27-inch 4K monitor with USB-C in stock and give its price.',
      ageMs: 8 * hourMs,
      lengthMs: 140 * secondMs,
      steps: 11,
      output: 'The cheapest is the ViewPoint V27U at €219.',
      isSuccess: true,
      judgeVerdict: false,
      judgement: JSON.stringify({
        verdict: false,
        failure_reason: 'The monitor that was found has no USB-C port.',
        reasoning:
          'The product page in step 9 lists HDMI and DisplayPort only. The filter for USB-C was set in step 4, but lost when the agent changed the sort order in step 6; the agent did not check it again.',
        impossible_task: false,
        reached_captcha: false,
      }),
      suggestions: [{ type: 'prompt', text: 'Ask for the list of ports along with the price.' }],
      cost: '0.187350',
      llm: 'gpt-4.1',
    },
    {
      id: '7f9a04ce-b15d-4a37-88ec-3f4a5b6c7d15',
      apiVersion: 'v2',
      prompt: 'Open the press page and take a screenshot.',
      ageMs: dayMs,
      steps: 2,
      lengthMs: 15 * secondMs,
      output: '',
      isSuccess: null,
      cost: null,
      browserUseVersion: null,
      isRecorded: false,
    },
    {
      id: '80ab15df-c26e-4b48-99fd-4a5b6c7d8e16',
      apiVersion: 'v2',
      prompt: 'Crawl the documentation and list every page that still mentions the old domain.',
      ageMs: 26 * hourMs,
      steps: 19,
      lengthMs: 6 * minuteMs,
      end: 'stopped',
      output: null,
      cost: '0.402118',
    },
    {
      id: '91bc26e0-d37f-4c59-aa0e-5b6c7d8e9f17',
      apiVersion: 'v2',
      prompt: 'Export the list of subscribers from the newsletter tool.',
      ageMs: 27 * hourMs,
      steps: 4,
      lengthMs: 65 * secondMs,
      end: 'failed',
      cost: '0.025000',
    },
    { ...hostileSample, ageMs: 30 * hourMs },
    {
      id: 'b3de4802-f591-4e7b-8c20-7d8e9fa0b119',
      apiVersion: 'v2',
      prompt:
        'Go through all forty lessons of the typing course, note the longest word of each lesson, and put the words into one list. Where a lesson has several words of the same length, take the first. Do not start any of the exercises. If a lesson asks for a login, skip it and say so in the list.',
      ageMs: 2 * dayMs,
      steps: fortyLessons(),
      output: `The longest words:\n${fortyLessons()
        .map((_, index) => `${index + 1}. ${longWords[index % longWords.length] ?? ''}`)
        .join('\n')}`,
      judgeVerdict: true,
      judgement: '{"verdict": true, "reasoning": "The report was cut off in mid-sente',
      cost: '0.911240',
      files: [{ name: 'words.json', content: JSON.stringify(longWords, null, 2) }],
    },
    {
      id: 'c4ef5913-06a2-4f8c-9d31-8e9fa0b1c220',
      apiVersion: 'v1',
      prompt: 'Find the e-mail address of the city’s department for bicycle traffic.',
      ageMs: 50 * minuteMs,
      steps: 4,
      lengthMs: 30 * secondMs,
      output: 'radverkehr@stadt.example',
      files: [{ name: 'contact.txt', content: 'radverkehr@stadt.example\n' }],
      isShared: true,
    },
    {
      id: 'd5f06a24-17b3-4a9d-ae42-9fa0b1c2d321',
      apiVersion: 'v1',
      prompt: 'Post the weekly summary to the forum.',
      ageMs: 4 * hourMs,
      steps: 3,
      end: 'stopped',
    },
    {
      id: 'task_e60a7b35c4d2',
      apiVersion: 'v1',
      prompt: 'Read the water meter’s value from the utility’s portal.',
      ageMs: 3 * dayMs,
      steps: 5,
      end: 'failed',
      hasNoMedia: true,
    },
  ];
}

const longWords = ['Fingerübung', 'keyboardist', 'typewriter', 'stenographer', 'handwriting'];

function fortyLessons(): StepScript[] {
  return Array.from({ length: 40 }, (_, index) => ({
    goal:
      index === 39
        ? 'Write down the last word and report the list'
        : `Find the longest word of lesson ${index + 1} and open lesson ${index + 2}`,
    url: `https://typing.example.org/lessons/${index + 1}`,
    evaluation:
      index % 13 === 12
        ? 'Failed - the lesson did not load at first; it did after a reload'
        : `Success - lesson ${index + 1} is open`,
    actions: [
      { extract_structured_data: { query: 'all words of the lesson' } },
      index === 39
        ? { done: { text: 'Forty words noted.', success: true } }
        : { click_element_by_index: { index: 4 } },
    ],
    durationMs: (4 + (index % 7)) * secondMs,
  }));
}
