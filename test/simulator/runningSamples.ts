import { hourMs, minuteMs, secondMs } from './sampleScript';
import type { SampleScript } from './sampleScript';

/** Tasks that have not ended: created, running, paused, with an unknown word; the first four end soon. */
export function runningSamples(): SampleScript[] {
  return [
    {
      id: '0b6f2c1e-5a7d-4f3b-9c20-6d1e8a4b7c01',
      apiVersion: 'v2',
      prompt:
        'Find three direct flights from Berlin to Lisbon on the first Friday of next month and list price, airline and departure time.',
      ageMs: 20 * secondMs,
      llm: 'browser-use-2.0',
      lengthMs: 80 * secondMs,
      steps: [
        {
          goal: 'Open the flight search',
          url: 'https://flights.example.com/',
          actions: [{ go_to_url: { url: 'https://flights.example.com/', new_tab: false } }],
        },
        {
          goal: 'Accept only the necessary cookies so that the search form can be reached',
          url: 'https://flights.example.com/',
          actions: [{ click_element_by_index: { index: 3 } }],
        },
        {
          goal: 'Enter Berlin and Lisbon as origin and destination',
          url: 'https://flights.example.com/',
          actions: [
            { input_text: { index: 11, text: 'Berlin' } },
            { input_text: { index: 12, text: 'Lisbon' } },
          ],
        },
        {
          goal: 'Choose the first Friday of next month and direct flights only',
          url: 'https://flights.example.com/',
          actions: [
            { click_element_by_index: { index: 18 } },
            { click_element_by_index: { index: 41 } },
          ],
        },
        {
          goal: 'Start the search and wait for the results',
          url: 'https://flights.example.com/search?from=BER&to=LIS&direct=1',
          actions: [{ click_element_by_index: { index: 22 } }, { wait: { seconds: 3 } }],
        },
        {
          goal: 'Read price, airline and departure of the three cheapest results',
          url: 'https://flights.example.com/search?from=BER&to=LIS&direct=1',
          actions: [{ extract_structured_data: { query: 'price, airline, departure time' } }],
        },
        {
          goal: 'Report the three flights',
          url: 'https://flights.example.com/search?from=BER&to=LIS&direct=1',
          actions: [{ done: { text: 'Three direct flights found.', success: true } }],
        },
      ],
      output:
        '1. TAP Air Portugal, 06:15, €89\n2. easyJet, 11:40, €97\n3. Ryanair, 20:05, €104\n\nAll are direct; prices are for one adult with hand luggage.',
      cost: '0.087450',
      metadata: { team: 'travel', ticket: 'TRV-118' },
    },
    {
      id: '4c1d9f37-2b8e-4a65-8f1d-0e5a7b3c9d02',
      apiVersion: 'v2',
      prompt:
        'Log in to the staging shop as the test customer, add two items to the cart and pay with the test card.',
      ageMs: 15 * secondMs,
      llm: 'claude-sonnet-4-6',
      lengthMs: 130 * secondMs,
      steps: 12,
      output: 'Order 1000482 was placed and paid with the test card.',
      isSuccess: true,
      judgeVerdict: false,
      judgement: JSON.stringify({
        verdict: false,
        failure_reason: 'Only one of the two items was in the cart at checkout.',
        reasoning:
          'The final screenshot shows an order confirmation with a single line item, while the task asks for two items.',
        impossible_task: false,
        reached_captcha: false,
      }),
      cost: '0.216300',
    },
    {
      id: '9a3e5b70-8c4f-4d12-b6a9-1f2d3c4e5f03',
      apiVersion: 'v2',
      prompt: 'Download last month’s invoice from the hosting provider.',
      ageMs: 10 * secondMs,
      lengthMs: 100 * secondMs,
      end: 'failed',
      steps: 8,
      cost: '0.064000',
    },
    {
      id: '7e2a9c14-63d5-4b08-a1f7-8c9d0e1f2a04',
      apiVersion: 'v1',
      prompt: 'Collect the opening hours of the five largest public libraries in Vienna.',
      ageMs: 12 * secondMs,
      lengthMs: 150 * secondMs,
      steps: 10,
      output:
        'Hauptbücherei: Mon–Fri 11–19, Sat 11–17\nPhiladelphiabrücke: Mon–Fri 10–18\nZirkusgasse: Mon, Thu 10–18\nWeimarer Straße: Tue, Thu 10–18\nPannaschgasse: Mon–Fri 13–18',
    },
    {
      id: 'd5f80a26-17b3-4c9e-8e42-3b4c5d6e7f05',
      apiVersion: 'v2',
      prompt: 'Watch the status page of the payment provider and note each incident as it appears.',
      ageMs: 12 * minuteMs,
      llm: 'gemini-3-flash-preview',
      end: 'never',
      keepAlive: true,
      steps: [
        {
          goal: 'Reload the status page',
          url: 'https://status.payments.example.com/',
          actions: [{ go_to_url: { url: 'https://status.payments.example.com/', new_tab: false } }],
          durationMs: 9 * secondMs,
        },
        {
          goal: 'Compare the list of incidents with the one before',
          url: 'https://status.payments.example.com/',
          actions: [{ extract_structured_data: { query: 'incidents with time and state' } }],
          durationMs: 14 * secondMs,
        },
        {
          goal: 'Open the history to see whether an incident was closed',
          url: 'https://status.payments.example.com/history',
          actions: [{ click_element_by_index: { index: 7 } }],
          durationMs: 11 * secondMs,
        },
      ],
      cost: '0.021000',
      isShared: true,
    },
    {
      id: 'e6017b35-28c4-4dae-9f53-4c5d6e7f8a06',
      apiVersion: 'v2',
      prompt: 'Fill in the trade fair’s exhibitor form with the data from our company profile.',
      ageMs: 40 * secondMs,
      startsAfterMs: 'never',
    },
    {
      id: 'f7128c46-39d5-4ebf-a064-5d6e7f8a9b07',
      apiVersion: 'v1',
      prompt: 'Check which of our twelve job ads are still online.',
      ageMs: 30 * secondMs,
      startsAfterMs: 'never',
    },
    {
      id: '08239d57-4ae6-4fc0-b175-6e7f8a9b0c08',
      apiVersion: 'v1',
      prompt: 'Renew the three library books that are due this week; ask before paying any fee.',
      ageMs: 25 * minuteMs,
      steps: 9,
      lengthMs: 5 * minuteMs,
      pauses: [{ afterMs: 2 * minuteMs }],
    },
    {
      id: '1934ae68-5bf7-4ad1-8286-7f8a9b0c1d09',
      apiVersion: 'v2',
      prompt: 'Compare the warranty terms of four dishwashers.',
      ageMs: 2 * hourMs,
      steps: 6,
      lengthMs: 4 * minuteMs,
      pauses: [{ afterMs: minuteMs }],
      browserUseVersion: null,
    },
    {
      id: '2a45bf79-6c08-4be2-9397-8a9b0c1d2e10',
      apiVersion: 'v2',
      prompt:
        'Translate the product page of the new headphones into Spanish and save it as a draft.',
      ageMs: 6 * minuteMs,
      steps: 5,
      lengthMs: 10 * minuteMs,
      end: 'never',
      rawStatus: 'awaiting_review',
    },
  ];
}
