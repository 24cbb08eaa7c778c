import { FluentProvider } from '@fluentui/react-components';
import { QueryClientProvider } from '@tanstack/react-query';

import { LiveJobs } from '@/features/jobs';
import { Announcer } from '@/ui/Announcer';

import { queryClient } from './queryClient';
import { Shell } from './Shell';
import { useTheme } from './theme';

export function App() {
  return (
    <FluentProvider theme={useTheme()} style={{ minHeight: '100vh', background: 'none' }}>
      <QueryClientProvider client={queryClient}>
        <Announcer>
          <LiveJobs>
            <Shell />
          </LiveJobs>
        </Announcer>
      </QueryClientProvider>
    </FluentProvider>
  );
}
