/** The API versions that the simulator speaks. It may speak more than the extension reads. */
export const simulatedVersions = ['v1', 'v2', 'v3', 'v4'] as const;

export type SimulatedVersion = (typeof simulatedVersions)[number];
