import { render } from 'preact';
import { App } from './app';
import './details.css';
import './buttons.css';
import './header.css';
import './result.css';
import './timeline.css';
import './steps.css';

// VS Code's own page around this one has a body and nothing else.
render(<App />, document.body);
