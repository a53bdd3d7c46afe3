import { render } from 'preact';
import { App } from './app';
import '../parts/details.css';
import '../parts/buttons.css';
import '../header/header.css';
import '../result/result.css';
import '../steps/timeline.css';
import '../steps/steps.css';

// VS Code's own page around this one has a body and nothing else.
render(<App />, document.body);
