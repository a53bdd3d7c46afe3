import { useState } from 'preact/hooks';
import { pageState, remember } from './extension';

/** Which of several forms of a part the reader has chosen; remembered by the part's name. The first is the default. */
export function useChosen<T extends string>(
  name: string,
  forms: readonly [T, ...T[]],
): readonly [T, (form: T) => void] {
  const [chosen, setChosen] = useState(() => pageState().chosen?.[name]);
  return [
    forms.find((form) => form === chosen) ?? forms[0],
    (form) => {
      remember({ chosen: { ...pageState().chosen, [name]: form } });
      setChosen(form);
    },
  ];
}
