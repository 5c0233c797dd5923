import {
  type Icon,
  IconApi,
  IconBell,
  IconBox,
  IconBrandPython,
  IconBuildingWarehouse,
  IconChartBar,
  IconCheck,
  IconClock,
  IconCloud,
  IconCode,
  IconCopy,
  IconDatabase,
  IconFile,
  IconLetterR,
  IconMail,
  IconSend,
  IconSql,
  IconStack2,
  IconTable,
  IconTransform,
  IconUpload,
} from "@tabler/icons-react";
import type { Manifest } from "@/lib/operators/schema";

const icons: Record<Manifest["icon"], Icon> = {
  api: IconApi,
  bell: IconBell,
  box: IconBox,
  chart: IconChartBar,
  check: IconCheck,
  clock: IconClock,
  cloud: IconCloud,
  code: IconCode,
  copy: IconCopy,
  database: IconDatabase,
  dbt: IconStack2,
  file: IconFile,
  mail: IconMail,
  python: IconBrandPython,
  r: IconLetterR,
  send: IconSend,
  sql: IconSql,
  table: IconTable,
  transform: IconTransform,
  upload: IconUpload,
  warehouse: IconBuildingWarehouse,
};

export function OperatorIcon({ icon, size = 18 }: { icon: Manifest["icon"] | undefined; size?: number }) {
  const Drawn = icon ? icons[icon] : IconBox;
  return <Drawn size={size} stroke={1.75} aria-hidden />;
}
