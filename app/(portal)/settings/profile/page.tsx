import type { Metadata } from "next";
import { PasswordForm } from "@/components/admin/password-form";
import { ProfileForm } from "@/components/admin/profile-form";
import { ThemeChoice } from "@/components/admin/theme-choice";
import type { PageProps } from "@/components/layout/page-props";
import { PageHead } from "@/components/ui/page-head";
import { ExactTime } from "@/components/ui/time";
import { pageContext } from "@/lib/transport/page";
import { viewUser } from "@/lib/users/data";

export const metadata: Metadata = { title: "Profile" };

export default async function ProfilePage({ searchParams }: PageProps) {
  const ctx = await pageContext();
  const [user, { by }] = await Promise.all([viewUser(ctx, ctx.user.id), searchParams]);
  const teams = user.teams.map(({ name }) => name).join(", ");
  return (
    <>
      <PageHead
        title="Profile"
        note={
          <>
            {user.email} · {user.role} · {teams ? `in ${teams}` : "in no team"} · here since{" "}
            <ExactTime at={user.createdAt} />
          </>
        }
      />
      <ProfileForm user={user} zones={Intl.supportedValuesOf("timeZone")} />
      <ThemeChoice />
      <PasswordForm email={user.email} hasPassword={user.hasPassword} byLink={by === "link"} />
    </>
  );
}
