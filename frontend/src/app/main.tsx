import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import { tolerateTranslators } from './translators';

tolerateTranslators();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has lost its root element');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
