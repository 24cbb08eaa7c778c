import { Link, makeStyles, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  ErrorCircleFilled,
  SubtractCircleRegular,
} from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';

import { fabricHealthQuery } from '@/api/fabric';
import { toProblem } from '@/api/problem';
import { Table } from '@/ui/Table';

import { EVERY, readyQuery, versionQuery } from './queries';
import { TEXT } from './text';

const SERVICES = ['api', 'query'] as const;

const useStyles = makeStyles({
  state: { display: 'inline-flex', alignItems: 'start', gap: tokens.spacingHorizontalXS },
  icon: { fontSize: '16px', lineHeight: '20px', verticalAlign: 'middle' },
  off: { color: tokens.colorNeutralForeground3 },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
});

/** Version and health of each service and of Fabric, asked for every 30 s. */
export function Services() {
  return (
    <Table
      label={TEXT.parts}
      columns={[TEXT.service, TEXT.state, TEXT.version, TEXT.interfaces]}
      rows={[
        ...SERVICES.map((service) => ({
          key: service,
          cells: [
            TEXT[service],
            <Ready key="state" service={service} />,
            <Version key="version" service={service} />,
            <Link key="openapi" href={`/${service}/openapi`} inline>
              OpenAPI of {service}
            </Link>,
          ],
        })),
        {
          key: 'fabric',
          cells: [TEXT.fabric, <Fabric key="state" />, '', <Connections key="to" />],
        },
      ]}
    />
  );
}

function Version({ service }: { service: 'api' | 'query' }) {
  const { data, isPending } = useQuery(versionQuery(service));
  return isPending ? TEXT.asking : (data ?? TEXT.unknown);
}

function Ready({ service }: { service: 'api' | 'query' }) {
  const { data: fault } = useQuery(readyQuery(service));
  if (fault === undefined) return TEXT.asking;
  return <State state={fault ? 'failed' : 'ok'} words={fault || TEXT.ready} />;
}

/** Whether Fabric answers, and as whom we are known there; what to set where it is off. */
function Fabric() {
  const { data, error } = useQuery({ ...fabricHealthQuery(), refetchInterval: EVERY });
  if (error && !data) return <State state="failed" words={toProblem(error).detail} />;
  return data ? <State state={data.status} words={data.detail} /> : TEXT.asking;
}

function Connections() {
  const [, navigate] = useLocation();
  return (
    <Link
      href="/connections"
      inline
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        navigate('/connections');
      }}
    >
      {TEXT.connections}
    </Link>
  );
}

function State({ state, words }: { state: 'ok' | 'failed' | 'off'; words: string }) {
  const styles = useStyles();
  const icons = {
    ok: <CheckmarkCircleFilled className={styles.good} />,
    failed: <ErrorCircleFilled className={styles.bad} />,
    off: <SubtractCircleRegular className={styles.off} />,
  };
  return (
    <span className={styles.state}>
      <span className={styles.icon}>{icons[state]}</span>
      {words}
    </span>
  );
}
