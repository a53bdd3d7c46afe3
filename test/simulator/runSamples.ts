import { hostileSample } from './hostileSample';
import { dayMs, hourMs, minuteMs, secondMs } from './sampleScript';
import type { SampleScript } from './sampleScript';

const conversationId = 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f00';

const attachedIds = [
  'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e7f01',
  'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e7f02',
] as const;

/** Runs of v4: each status, with and without a judge, a conversation of two runs, and one that ends in two minutes. */
export function runSamples(): SampleScript[] {
  return [
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f01',
      apiVersion: 'v4',
      prompt: 'Find a hotel near the fair with free cancellation for under €150 a night.',
      title: 'Hotel near the fair',
      ageMs: 20 * secondMs,
      startsAfterMs: 10 * secondMs,
      lengthMs: 110 * secondMs,
      steps: 9,
      llm: 'claude-opus-5',
      createdWith: { judge: {}, maxCostUsd: 3 },
      output: 'Hotel Lindenhof, €139, free cancellation until the day before.',
      v4: { dispatchesAfterMs: 4 * secondMs, eventsLagMs: 2 * secondMs },
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f02',
      apiVersion: 'v4',
      prompt: 'Fill in the customs form for the parcel from Japan.',
      ageMs: 30 * secondMs,
      startsAfterMs: 'never',
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f03',
      apiVersion: 'v4',
      prompt: 'Check whether the library has the three books on the list.',
      ageMs: 25 * secondMs,
      startsAfterMs: 'never',
      v4: { dispatchesAfterMs: 5 * secondMs },
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f04',
      apiVersion: 'v4',
      sessionId: conversationId,
      prompt: 'Make a table of the opening hours of all swimming pools in Graz.',
      ageMs: 40 * minuteMs,
      lengthMs: 4 * minuteMs,
      steps: 12,
      output: '| pool | hours |\n|---|---|\n| Auster | 6–22 |\n| Eggenberg | 8–20 |',
      files: [{ name: 'pools.csv', content: 'pool,hours\nAuster,6-22\n' }],
      createdWith: { attachedFileIds: attachedIds },
      v4: {
        uploads: {
          [attachedIds[0]]: { name: 'wishes.csv', content: 'pool,what\nAuster,slide\n' },
          [attachedIds[1]]: {
            name: 'Opening hours of all swimming pools in Graz and around it, as the city had them last year.pdf',
            content: '%PDF-1.7',
          },
        },
      },
      cost: '1.640000',
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f05',
      apiVersion: 'v4',
      sessionId: conversationId,
      prompt: 'Add the prices for children.',
      ageMs: 33 * minuteMs,
      lengthMs: 3 * minuteMs,
      steps: 6,
      createdWith: { judge: { context: 'Prices in euros' } },
      output: 'Auster: 4.20, Eggenberg: 3.90',
      v4: {
        judgement: { verdict: false, reasoning: 'The price of the second pool is of last year.' },
      },
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f06',
      apiVersion: 'v4',
      prompt: 'Read the three newest reviews of our app as data.',
      ageMs: 6 * hourMs,
      steps: 4,
      createdWith: { outputSchema: { type: 'array' } },
      structuredOutput: [{ stars: 5, text: 'Fine' }],
      output: 'Three reviews were read.',
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f07',
      apiVersion: 'v4',
      prompt: 'Cancel the newsletter of the furniture shop.',
      ageMs: 8 * hourMs,
      steps: 3,
      end: 'failed',
      v4: { error: 'The page did not load within 60 seconds.' },
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f08',
      apiVersion: 'v4',
      prompt: 'Write to all twelve landlords on the list.',
      ageMs: dayMs,
      steps: 5,
      end: 'stopped',
    },
    {
      ...hostileSample,
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f09',
      apiVersion: 'v4',
      ageMs: 32 * hourMs,
      v4: { events: [{ afterMs: 1, type: '<b>moon.phase</b>', data: { phase: 'full' } }] },
    },
    {
      id: 'b2d4f608-1c3e-4d7f-9a21-2b3c4d5e6f10',
      apiVersion: 'v4',
      prompt: 'Keep an eye on the price of the ferry.',
      ageMs: 12 * minuteMs,
      end: 'never',
      rawStatus: 'hibernating',
      llm: 'gpt-7-nova',
    },
  ];
}
